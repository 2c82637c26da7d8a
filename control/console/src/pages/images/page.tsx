import { useEffect, useState } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { listImages } from '../../api/catalogue';
import { detailOf } from '../../api/problem';
import type { Image } from '../../api/types';
import { formatJson } from '../../lib/json_text';
import { query, setQuery } from '../../router/location';
import { deployments } from '../../state/live';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/code_block';
import { CopyButton } from '../../ui/copy_button';
import { EmptyState } from '../../ui/empty_state';
import { Facts } from '../../ui/facts';
import { ListSearch, matches } from '../../ui/list_search';
import { PageHead } from '../../ui/page_head';
import { Skeleton } from '../../ui/skeleton';
import { UsedBy } from '../../ui/used_by';
import '../../styles/admin.css';

export default function ImagesPage(_: PageProps) {
  const [images, setImages] = useState<readonly Image[] | null>(null);
  const [problem, setProblem] = useState('');
  const search = query.value.get('search') ?? '';
  const load = () => {
    setProblem('');
    listImages().then(setImages, (error) => setProblem(detailOf(error)));
  };
  useEffect(load, []);
  return (
    <>
      <PageHead
        title="Model images"
        actions={
          <Button icon="refresh-cw" onClick={load}>
            Refresh
          </Button>
        }
      >
        <p class="dim">What the catalogue of this program has ready to deploy; images of registries can be deployed by their name where containers are run.</p>
      </PageHead>
      {problem && <Alert kind="error">{problem}</Alert>}
      {images === null ? !problem && <Skeleton lines={6} /> : <Images images={images} search={search} />}
    </>
  );
}

function Images({ images, search }: { images: readonly Image[]; search: string }) {
  if (images.length === 0) {
    return (
      <EmptyState icon="layers" title="The catalogue is empty">
        Put a folder with an <code>image.toml</code> below <code>catalogue.path</code> of the config file, then refresh.
      </EmptyState>
    );
  }
  const shown = images.filter((each) => matches(search, each.image, each.description));
  return (
    <div class="stack">
      <ListSearch label="Search images" search={search} />
      {shown.length === 0 && <EmptyState icon="search-x" title="No image matches" action={<Button onClick={() => setQuery({ search: '' })}>Clear filters</Button>} />}
      <ul class="cards">
        {shown.map((each) => (
          <li key={each.image} class="card stack image-card">
            <div class="row spread">
              <h2 class="mono wrap">{each.image}</h2>
              <CopyButton text={each.image} what={`name of ${each.image}`} />
            </div>
            {each.description && <p class="wrap">{each.description}</p>}
            <Facts
              facts={[
                ['Protocol', each.protocol],
                ['Health path', <code>{each.healthPath}</code>],
                ['Requests at a time', each.concurrency ?? 'as is learnt'],
                ['Used by', <UsedBy deployments={[...deployments.value.values()].filter((deployment) => deployment.modelImage === each.image)} />],
              ]}
            />
            {each.exampleRequest != null && (
              <details>
                <summary>Example request</summary>
                <CodeBlock text={formatJson(each.exampleRequest)} what={`example request of ${each.image}`} />
              </details>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
