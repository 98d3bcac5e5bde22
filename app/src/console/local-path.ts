const here = 'http://local.invalid'

/** A path on this host to lead back to; anything else becomes `/`, or a form could send people elsewhere. */
export function localPath(path: string | undefined): string {
  if (!path?.startsWith('/') || !URL.canParse(path, here)) return '/'
  const { origin, pathname, search } = new URL(path, here)
  return origin === here ? `${pathname}${search}` : '/'
}
