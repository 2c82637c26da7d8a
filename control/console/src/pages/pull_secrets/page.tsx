import type { PageProps } from '../../app/routes';
import { PageHead } from '../../ui/page_head';

export default function Page(_: PageProps) {
  return <PageHead title="Pull secrets" />;
}
