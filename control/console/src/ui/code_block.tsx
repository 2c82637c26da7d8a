import { CopyButton } from './copy_button';

/// Text for a terminal or a file, and a button that copies it whole.
export function CodeBlock({ text, what, label }: { text: string; what: string; label?: string }) {
  const hasLines = text.includes('\n');
  const copy = (
    <div class="code-copy">
      <CopyButton text={text} what={what} said="Copied Successfully!">
        Copy
      </CopyButton>
    </div>
  );
  return (
    <div class={hasLines ? 'code code-lines' : 'code'}>
      {hasLines && copy}
      <pre tabIndex={0} role="region" aria-label={label ?? what}>
        <code>{text}</code>
      </pre>
      {!hasLines && copy}
    </div>
  );
}
