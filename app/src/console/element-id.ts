/** An element id made of a name, which may hold anything: letters and digits as they are, the rest by its number. */
export const elementId = (kind: string, name: string) =>
  `${kind}-${name.replace(/[^a-zA-Z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}_`)}`
