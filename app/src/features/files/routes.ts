import type { Routes } from '../../platform/http/index.ts'
import { filesApi } from './api.tsx'
import fileJobs from './jobs.ts'
import { listenUpdates } from './listen-updates.tsx'
import { filesPages } from './pages.tsx'

const routes: Routes = (app, context) => {
  filesPages(app, context)
  listenUpdates(app, context)
  filesApi(app, context)
  // Every process that serves pages says so; it is one schedule.
  app.addHook('onReady', async () => {
    await fileJobs(context).tidy.scheduleCron('*/5 * * * *')
  })
}

export default routes
