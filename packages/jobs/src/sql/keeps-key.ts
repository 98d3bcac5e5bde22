/** Of a row `j` that waits for its next run: whether it keeps its serial key. */
export const keepsKey = `held = j.held and coalesce(j.options ->> 'retryHoldsKey', 'true') = 'true'`
