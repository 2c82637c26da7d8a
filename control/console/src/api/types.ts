import type { components } from './openapi';

/// The things of the REST interface, as control/api/openapi.json says: `npm run types` writes openapi.d.ts from it.
type Schemas = components['schemas'];

export type Account = Schemas['Account'];
export type AuditEvent = Schemas['AuditEvent'];
export type Charts = Schemas['Charts'];
export type Change = Schemas['Changes'][number];
export type Client = Schemas['Client'];
export type ClientDraft = Schemas['ClientDraft'];
export type ClientPatch = Schemas['ClientPatch'];
export type Comparison = Schemas['Comparison'];
export type CreatedClient = Schemas['CreatedClient'];
export type CreatedToken = Schemas['CreatedToken'];
export type Deployment = Schemas['Deployment'];
export type DeploymentDraft = Schemas['DeploymentDraft'];
export type DeploymentPatch = Schemas['DeploymentPatch'];
export type DeploymentSpec = Schemas['DeploymentSpec'];
export type EnvVariable = Schemas['EnvVariable'];
export type Gateway = Schemas['Gateway'];
export type Group = Schemas['Group'];
export type GroupDraft = Schemas['GroupDraft'];
export type GroupPatch = Schemas['GroupPatch'];
export type Image = Schemas['Image'];
export type InstanceType = Schemas['InstanceType'];
export type InstanceTypeDraft = Schemas['InstanceTypeDraft'];
export type InstanceTypePatch = Schemas['InstanceTypePatch'];
export type PredictionCall = Schemas['PredictionCall'];
export type PredictionReply = Schemas['PredictionReply'];
export type Problem = Schemas['Problem'];
export type PullSecret = Schemas['PullSecret'];
export type PullSecretDraft = Schemas['PullSecretDraft'];
export type PullSecretPatch = Schemas['PullSecretPatch'];
export type QuotaLine = Schemas['QuotaLine'];
export type Rehearsal = Schemas['Rehearsal'];
export type ReplicaStatus = Schemas['ReplicaStatus'];
export type Revision = Schemas['Revision'];
export type Rotation = Schemas['Rotation'];
export type System = Schemas['System'];
export type Token = Schemas['Token'];
export type TokenDraft = Schemas['TokenDraft'];
export type TrafficLimit = Schemas['TrafficLimit'];
export type User = Schemas['User'];
export type UserDraft = Schemas['UserDraft'];
export type UserPatch = Schemas['UserPatch'];
export type Version = Schemas['Version'];

export type Phase = Deployment['status']['phase'];
export type ReplicaPhase = ReplicaStatus['phase'];

export interface Page<T> {
  items: T[];
  nextPageToken: string;
}
