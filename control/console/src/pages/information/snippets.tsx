import { useState } from 'preact/hooks';
import type { Deployment } from '../../api/types';
import { curlCommand, javaScriptCode, predictCommand, pythonCode, type Example } from '../../lib/shell';
import { clients } from '../../state/live';
import type { FreshToken } from '../../state/fresh_tokens';
import { CodeBlock } from '../../ui/code_block';
import { tabHref } from '../deployment/tabs';

const languages = ['curl', 'Python', 'JavaScript', 'modelgate predict'] as const;
type Language = (typeof languages)[number];

interface SnippetsProps {
  deployment: Deployment;
  body: string;
  fresh: FreshToken | undefined;
}

/// The same request to paste: with the token that was just made, else with a variable in its place.
export function Snippets({ deployment, body, fresh }: SnippetsProps) {
  const [language, setLanguage] = useState<Language>('curl');
  const isPrivate = deployment.endpointAccessType === 'private';
  const names = [...clients.value.keys()].filter((key) => key.startsWith(deployment.id + '/')).map((key) => key.slice(deployment.id.length + 1));
  const client = isPrivate ? (fresh ? { name: fresh.client, token: fresh.token } : { name: names[0] ?? 'CLIENT' }) : undefined;
  const example: Example = { endpoint: deployment.endpoint, body, client };
  const texts: Record<Language, () => string> = {
    curl: () => curlCommand(example),
    Python: () => pythonCode(example),
    JavaScript: () => javaScriptCode(example),
    'modelgate predict': () => predictCommand(deployment.id, example),
  };
  return (
    <div class="stack snippets">
      <h3>From elsewhere</h3>
      <div class="segments" role="group" aria-label="Language">
        {languages.map((each) => (
          <button key={each} type="button" aria-pressed={language === each} onClick={() => setLanguage(each)}>
            {each}
          </button>
        ))}
      </div>
      <CodeBlock text={texts[language]()} what={language} />
      {isPrivate && names.length === 0 && (
        <p class="dim small">
          No client may call it yet: <a href={tabHref(deployment.id, 'clients')}>add one</a>.
        </p>
      )}
    </div>
  );
}
