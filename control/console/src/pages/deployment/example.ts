import { useEffect, useState } from 'preact/hooks';
import { getImage } from '../../api/catalogue';
import type { Deployment } from '../../api/types';
import { formatJson } from '../../lib/json_text';

/// PrimeHub's, for a model of which nobody said what it takes.
const plainExample = { data: { names: ['a', 'b'], tensor: { shape: [2, 2], values: [0, 0, 1, 1] } } };

/// A request's body as JSON text: the deployment's own example, else its image's. Null while it is asked for.
export function useExample(deployment: Deployment): string | null {
  const own = deployment.serving.exampleRequest;
  const [images, setImages] = useState<string | null>(null);
  useEffect(() => {
    if (own != null) return;
    if (deployment.modelImage === null) return setImages(formatJson(plainExample));
    getImage(deployment.modelImage).then(
      (image) => setImages(formatJson(image.exampleRequest ?? plainExample)),
      () => setImages(formatJson(plainExample)),
    );
  }, [own != null, deployment.modelImage]);
  return own != null ? formatJson(own) : images;
}
