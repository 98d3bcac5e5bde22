/** Milliseconds with at most two units: "41 ms", "9.2 s", "2 min 4 s", "3 h", "12 d 4 h". */
export function duration(ms: number): string
/** How long it has lasted, in whole seconds: "2 min 4 s". */
export function since(at: Date, now?: Date): string
/** "4 min ago", "in 2 h", "just now". */
export function ago(at: Date, now?: Date): string
/** "14:02:11" in an IANA zone. */
export function clock(at: Date, zone: string): string
/** "14:02" */
export function hour(at: Date, zone: string): string
/** "20 Nov, 14:02" */
export function day(at: Date, zone: string): string
/** "Friday 20 November 2026" */
export function today(at: Date, zone: string): string
/** "20 Nov 2026, 14:02:11.123 Europe/London" */
export function exact(at: Date, zone: string): string
/** Decimal units with three figures: "999 B", "1.5 kB", "162 MB". */
export function bytes(size: number): string
