import type { ConsolePart } from '../part.ts'

export { overviewRoutes } from './routes.tsx'

export const overviewPart: ConsolePart = {
  navigation: [
    { section: 'Work', label: 'Overview', href: '/', order: 0 },
    { section: 'Office', label: 'API', href: '/docs', order: 90 },
  ],
}
