export type {
  CloseReason,
  Live,
  LiveSink,
  Sees,
  SqlClientLike,
  SubscribeOptions,
  Subscription,
} from './live.ts'
export * from './messages.ts'
