import type { Client, Deployment, Group, InstanceType, ReplicaStatus, Token, User } from '../api/types';

/// What the stream of events tells of, by kind and id. The id of a replica or client is `<deployment>/<name>`.
export interface Kinds {
  deployment: Deployment;
  replica: ReplicaStatus;
  group: Group;
  client: Client;
  instanceType: InstanceType;
  user: User;
  token: Token;
}
export type Kind = keyof Kinds;
export type Collections = { readonly [K in Kind]: ReadonlyMap<string, Kinds[K]> };

export interface StreamEvent {
  event: string;
  kind: Kind | 'stream';
  id: string;
  object: unknown;
}

/// `complete`: a whole snapshot has been taken in since the last reset, so that what is not there does not exist.
export interface Picture {
  readonly collections: Collections;
  readonly complete: boolean;
  /// Of a snapshot under way: what has been told so far. It takes the place of `collections` when it is whole, so that
  /// a reset does not empty the page for a moment.
  readonly arriving: Collections | null;
}

export const noCollections: Collections = {
  deployment: new Map(),
  replica: new Map(),
  group: new Map(),
  client: new Map(),
  instanceType: new Map(),
  user: new Map(),
  token: new Map(),
};

export const emptyPicture: Picture = { collections: noCollections, complete: false, arriving: null };

function changed(collections: Collections, kind: Kind, id: string, object: unknown): Collections {
  const map = new Map<string, unknown>(collections[kind]);
  if (object === null) map.delete(id);
  else map.set(id, object);
  return { ...collections, [kind]: map };
}

/// The picture after `events`, in their order. Pure: the same events always come to the same picture.
export function applyEvents(picture: Picture, events: readonly StreamEvent[]): Picture {
  return events.reduce(applyEvent, picture);
}

function applyEvent(picture: Picture, event: StreamEvent): Picture {
  switch (event.event) {
    case 'reset':
      return { ...picture, arriving: noCollections };
    case 'snapshot': {
      const arriving = picture.arriving ?? noCollections;
      if (event.kind === 'stream') return { collections: arriving, complete: true, arriving: null };
      return { ...picture, arriving: changed(arriving, event.kind, event.id, event.object) };
    }
    case 'added':
    case 'modified':
    case 'deleted': {
      if (event.kind === 'stream' || !(event.kind in picture.collections)) return picture;
      const object = event.event === 'deleted' ? null : event.object;
      if (picture.arriving) return { ...picture, arriving: changed(picture.arriving, event.kind, event.id, object) };
      return { ...picture, collections: changed(picture.collections, event.kind, event.id, object) };
    }
    default:
      return picture;
  }
}
