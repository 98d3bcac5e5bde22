// Where a sandbox begins, be it a thread or a process. Plain JavaScript: it must start alike from sources and from the
// built package, and it makes way for TypeScript where this Node.js can't read that by itself.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const { inside, handler, parent, memory } = isMainThread ? JSON.parse(process.argv[2]) : workerData
const typeScript = /\.[cm]?tsx?$/

if (isMainThread) {
  // A terminal and a service manager tell all processes to stop; when a sandbox ends is its worker's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
  process.on('disconnect', () =>
    process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'),
  )
  // A thread, as a handler may never return to the event loop.
  new Worker(new URL('./watchdog.mjs', import.meta.url), {
    workerData: { parent, memory },
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  }).unref()
}

const needed = [inside, handler].filter((url) => typeScript.test(url) && existsSync(fileURLToPath(url)))
if (!process.features.typescript && needed.length > 0) {
  const [modules, commonjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]).catch(
    (cause) => {
      throw new Error(
        `${handler} is TypeScript, which this Node.js can't run by itself, and tsx is not installed.`,
        {
          cause,
        },
      )
    },
  )
  commonjs.register()
  modules.register()
}

const { run } = await import(inside)
if (parentPort) {
  run({
    send: (message) => parentPort.postMessage(message),
    onMessage: (listen) => parentPort.on('message', listen),
    end: () => process.exit(1),
  })
} else {
  run({
    send: (message) => process.connected && process.send(message, () => {}),
    onMessage: (listen) => process.on('message', listen),
    end: () => process.exit(1),
  })
}
