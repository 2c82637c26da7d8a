import type { QuotaLine } from '../api/types';
import { formatNumber, resourceAmount, resourceName } from '../lib/format';
import { Icon } from './icon';

/// One line of a quota: what is used, and what a change would take beside it.
export function QuotaMeter({ line }: { line: QuotaLine }) {
  const total = line.used + line.requested;
  const over = line.limit !== null && total > line.limit;
  const whole = Math.max(line.limit ?? 0, total, 1e-9);
  const share = (value: number) => `${Math.min(100, (value / whole) * 100)}%`;
  const unit = line.resource === 'memory' ? ' GiB' : '';
  return (
    <div class={over ? 'meter meter-over' : 'meter'}>
      <div class="meter-words">
        <span>{resourceName(line.resource)}</span>
        <span class="meter-numbers">
          {formatNumber(line.used)}
          {line.requested > 0 && <strong> + {formatNumber(line.requested)}</strong>}
          {line.limit === null && unit} of {resourceAmount(line.resource, line.limit)}
        </span>
      </div>
      <div
        class="meter-bar"
        role="meter"
        aria-label={resourceName(line.resource)}
        aria-valuemin={0}
        aria-valuemax={Number(whole.toFixed(3))}
        aria-valuenow={Number(total.toFixed(3))}
        aria-valuetext={`${formatNumber(line.used)}${line.limit === null ? unit : ''} used, ${formatNumber(line.requested)} more, of ${resourceAmount(line.resource, line.limit)}`}
      >
        <div class="meter-used" style={{ width: line.limit === null ? '0' : share(line.used) }} />
        <div class="meter-more" style={{ width: line.limit === null ? '0' : share(line.requested) }} />
      </div>
      {over && (
        <div class="field-error">
          <Icon name="circle-alert" size={14} /> {formatNumber(total - (line.limit ?? 0))}
          {unit} more than the group may use
        </div>
      )}
    </div>
  );
}
