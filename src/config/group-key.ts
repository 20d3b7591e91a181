/** Names of groups are compared without regard to case, outer blanks and Unicode's ways of writing the same. */
export function groupKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}
