import { ClientAuth } from './client-auth.js';
import { ClientDecisions } from './client-decisions.js';
import { ClientDirectory } from './client-directory.js';
import { ClientKeySet } from './client-key-set.js';
import { ClientList } from './client-list.js';
import { ClientSweep } from './client-sweep.js';
import { ClientWriter } from './client-writer.js';
import { MetadataSettling } from './metadata-settling.js';
import { ConfiguredClients } from './configured-clients.js';
import { ConsoleRemoval } from './console-removal.js';
import { RemoteKeySets } from './remote-key-sets.js';

/** What the life of a client, and knowing one, is made of. */
export const CLIENTS = [
  ClientAuth,
  ClientDecisions,
  ClientDirectory,
  ClientKeySet,
  ClientList,
  ClientSweep,
  ClientWriter,
  MetadataSettling,
  ConfiguredClients,
  ConsoleRemoval,
  RemoteKeySets,
];
