// Loaded before a test program: its clock is wrong by up to ten minutes, now this way, now that. `Date` alone: what the
// kernel counts monotonically no machine has wrong.
const most = 600_000
const leapsEvery = 4_000
const phase = Number(process.env.CHAOS_CLOCK ?? 0)
const RealDate = Date
const wrong = () =>
  RealDate.now() + Math.round(most * Math.sin(Math.floor(performance.now() / leapsEvery) * 2.4 + phase))

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(wrong())
    else super(...given)
  }

  static now() {
    return wrong()
  }
}
