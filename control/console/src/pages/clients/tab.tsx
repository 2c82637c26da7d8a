import type { TabProps } from '../deployment/tabs';

export default function Tab({ deployment }: TabProps) {
  return <p>{deployment.id}</p>;
}
