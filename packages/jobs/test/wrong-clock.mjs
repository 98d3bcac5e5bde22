// Imported before all else: makes this process's clock wrong, by as many minutes as the third argument says.
const shift = Number(process.argv[4]) * 60_000
const RightDate = Date

globalThis.Date = class extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(RightDate.now() + shift)
    else super(...given)
  }

  static now() {
    return RightDate.now() + shift
  }
}
