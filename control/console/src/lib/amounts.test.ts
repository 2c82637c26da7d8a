import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import { amountText, readAmounts } from './amounts';

describe('amounts', () => {
  it('takes numbers as people type them, and nothing as no bound', () => {
    expect(readAmounts({ '/quota/cpu': ' 1,5', '/maxDeploy': '', '/quota/gpu': '-1', '/quota/memoryGiB': '.5' })).toEqual({
      '/quota/cpu': 1.5,
      '/maxDeploy': null,
      '/quota/gpu': -1,
      '/quota/memoryGiB': 0.5,
    });
  });

  it('says at which field there is none', () => {
    try {
      readAmounts({ '/cpu': 'two', '/memoryGiB': '', '/gpu': '1e999' }, ['/memoryGiB']);
      expect.unreachable();
    } catch (error) {
      expect((error as ApiError).fields.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(['/cpu MALFORMED', '/memoryGiB REQUIRED', '/gpu MALFORMED']);
    }
  });

  it('shows amounts as they were typed', () => {
    expect([amountText(null), amountText(undefined), amountText(0), amountText(0.25)]).toEqual(['', '', '0', '0.25']);
  });
});
