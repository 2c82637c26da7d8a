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

/// The picture after `events`, in their order. Pure: the same events always come to the same picture, and the picture
/// before stays as it was. Each map is copied once for all events: a snapshot of thousands comes in few batches.
export function applyEvents(picture: Picture, events: readonly StreamEvent[]): Picture {
  const batch = new Batch(picture);
  for (const event of events) batch.apply(event);
  return batch.picture;
}

class Batch {
  picture: Picture;
  /// Maps that were made for this batch, so that it may write into them.
  readonly #own = new Set<ReadonlyMap<string, unknown>>();

  constructor(picture: Picture) {
    this.picture = picture;
  }

  apply({ event, kind, id, object }: StreamEvent): void {
    const { picture } = this;
    switch (event) {
      case 'reset':
        this.picture = { ...picture, arriving: noCollections };
        break;
      case 'snapshot': {
        const arriving = picture.arriving ?? noCollections;
        if (kind === 'stream') this.picture = { collections: arriving, complete: true, arriving: null };
        else this.picture = { ...picture, arriving: this.#changed(arriving, kind, id, object) };
        break;
      }
      case 'added':
      case 'modified':
      case 'deleted': {
        if (kind === 'stream') break;
        const value = event === 'deleted' ? null : object;
        if (picture.arriving) this.picture = { ...picture, arriving: this.#changed(picture.arriving, kind, id, value) };
        else this.picture = { ...picture, collections: this.#changed(picture.collections, kind, id, value) };
        break;
      }
    }
  }

  #changed(collections: Collections, kind: Kind, id: string, object: unknown): Collections {
    const present: ReadonlyMap<string, unknown> | undefined = collections[kind];
    if (!present) return collections;
    const map = this.#own.has(present) ? (present as Map<string, unknown>) : new Map(present);
    this.#own.add(map);
    if (object === null) map.delete(id);
    else map.set(id, object);
    return { ...collections, [kind]: map };
  }
}
