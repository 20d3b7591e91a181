/** There is a group of this name, however it is written. */
export class GroupNameTaken extends Error {}

/** Name and roles of a group that the configuration file names are changed there. */
export class GroupIsConfigured extends Error {}

/** Nobody has these ids. */
export class NoSuchPeople extends Error {
  constructor(readonly ids: readonly string[]) {
    super('There are no such people');
  }
}
