import { admin, ANY_OBJECT, COUNT, MOMENT, TEXT, TEXTS } from './event-type.js';

/** What was looked for may be somebody’s name or address. */
const WORDS = { sealed: ['details.filters.q', 'details.q'], brief: true } as const;

/** Who watched the watchers. */
export const AUDIT_EVENTS = {
  'audit.searched': admin('medium', 'apiRead', 'The audit trail was read', {
    details: { filters: ANY_OBJECT, returned: COUNT, event_id: TEXT, via: TEXT, view: TEXT },
    otherDetails: {},
    ...WORDS,
  }),
  'audit.exported': admin('high', 'apiRead', 'The audit trail was exported', {
    details: { format: TEXT, filters: ANY_OBJECT, step: TEXT, file: TEXT },
    ...WORDS,
  }),
  'audit.stream.created': admin('high', 'created', 'A stream of the trail to others was set up'),
  'audit.stream.changed': admin('high', 'updated', 'A stream of the trail was changed'),
  'audit.stream.deleted': admin('high', 'deleted', 'A stream of the trail was removed'),
  'audit.stream.paused': admin('high', 'deactivated', 'A stream of the trail was paused'),
  'audit.stream.resumed': admin('medium', 'activated', 'A stream of the trail was resumed'),
  'audit.stream.replayed': admin(
    'medium',
    'updated',
    'A stream of the trail was sent back to an earlier moment',
  ),
  'audit.stream.tested': admin('info', 'entityOther', 'A stream of the trail was tried'),
  'audit.stream.gave_up': admin('high', 'entityOther', 'A stream of the trail gave an event up', {
    details: { seq: COUNT, event_id: TEXT, attempts: COUNT },
  }),
  'audit.payload.unsealed': admin('high', 'apiRead', 'The sealed details of an event were opened', {
    details: { event_id: TEXT, event_type: TEXT, fields: TEXTS },
  }),
  'audit.subject.erased': admin(
    'high',
    'deleted',
    'The keys to the sealed details of somebody were destroyed',
    {
      details: { keys: COUNT },
    },
  ),
  'audit.legal_hold.set': admin(
    'high',
    'enabled',
    'What the trail has of somebody may not be erased any more',
  ),
  'audit.legal_hold.lifted': admin(
    'high',
    'deactivated',
    'What the trail has of somebody may be erased again',
    {
      details: { set_at: MOMENT },
    },
  ),
  'audit.export_schedule.created': admin(
    'high',
    'created',
    'Exports that are made by themselves were set up',
  ),
  'audit.export_schedule.changed': admin('high', 'updated', 'A schedule of exports was changed'),
  'audit.export_schedule.deleted': admin('high', 'deleted', 'A schedule of exports was removed'),
  'audit.alert.raised': admin('high', 'finding', 'A kept search found more than it should', {
    details: { search: TEXT, owner: TEXT, filters: ANY_OBJECT, events: COUNT, window_seconds: COUNT },
  }),
  'audit.saved_search.created': admin('info', 'created', 'A search of the trail was kept'),
  'audit.saved_search.changed': admin('info', 'updated', 'A kept search of the trail was changed'),
  'audit.saved_search.deleted': admin('info', 'deleted', 'A kept search of the trail was forgotten'),
};
