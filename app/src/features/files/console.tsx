import { Panel } from '../../console/components/index.ts'
import type { ConsolePart } from '../../console/part.ts'
import { countUnfinished, listFiles } from './list.ts'
import { FileList, Upload } from './pages/file-list.tsx'

const newestOnOverview = 8

const part: ConsolePart = {
  navigation: [
    {
      section: 'Work',
      label: 'Files',
      href: '/files',
      order: 20,
      needs: 'files.read',
      count: async (context) => (await countUnfinished(context)) || null,
    },
  ],
  overview: [
    {
      id: 'files-panel',
      order: 20,
      needs: 'files.read',
      async load(context) {
        const page = await listFiles(context, { limit: newestOnOverview })
        return (
          <Panel id="files-panel" title="Files" aside={<a href="/files">All files</a>}>
            <Upload id="upload" />
            <FileList page={{ ...page, next: null }} newest />
          </Panel>
        )
      },
    },
  ],
  assets: {
    name: 'files',
    folder: new URL('./assets/', import.meta.url),
    load: ['files.css', 'remove-me.js'],
  },
}

export default part
