import { environment } from '../platform/config/environment-file.ts'
import { type Config, readConfig } from '../platform/config/index.ts'

/** The settings of this process, from its environment and `.env`. */
export const settings = (): Config => readConfig(environment())
