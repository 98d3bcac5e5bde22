import ipaddr from 'ipaddr.js'

/**
 * The address as which a client is counted: of IPv6 the network of a household, as one who has it has all its
 * addresses. What is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`)}/64`
}
