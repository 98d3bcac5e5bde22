/** The database's clock, in milliseconds since 1970. */
export const databaseTime = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms'
