/** SQL for the names of the groups that the user of an alias is in. */
export const groupNamesOf = (alias: string): string =>
  `SELECT array(SELECT DISTINCT g.name FROM group_members m JOIN groups g ON g.id = m.group_id
     WHERE m.user_id = ${alias}.id ORDER BY g.name)`;
