export { createLive, type LiveOptions } from './create.ts'
export { LiveError, type LiveErrorCode } from './error.ts'
export {
  type DropReason,
  EventStream,
  type EventStreamOptions,
  formatEvent,
  type ServerSentEvent,
} from './event-stream.ts'
export type {
  Authorize,
  CloseReason,
  Live,
  LiveSink,
  Logger,
  Sees,
  SqlClientLike,
  SubscribeOptions,
  Subscription,
  WhileAllowed,
} from './live.ts'
export * from './messages.ts'
export { type ItemEnd, itemEnded } from './process.ts'
export type { LiveFeed } from './resting-feed.ts'
export { attachSocket, type SocketOptions, type SocketOutlet } from './socket.ts'
export { type LiveEventsOptions, liveEvents } from './sse.ts'
