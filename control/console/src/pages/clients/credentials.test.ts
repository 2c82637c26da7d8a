import { expect, it } from 'vitest';
import { envText, netrcText } from './credentials';

const credentials = { endpoint: 'http://models.example:8080/deployment/iris/api/v1.0/predictions', name: 'app', token: 'mgc_abc' };

it('writes a .netrc line for the host alone', () => {
  expect(netrcText(credentials)).toBe('machine models.example login app password mgc_abc\n');
  expect(netrcText({ ...credentials, endpoint: 'https://[::1]/deployment/x' })).toBe('machine ::1 login app password mgc_abc\n');
});

it('writes a .env file', () => {
  expect(envText(credentials).split('\n')).toEqual([
    'MODELGATE_ENDPOINT=http://models.example:8080/deployment/iris/api/v1.0/predictions',
    'MODELGATE_CLIENT_NAME=app',
    'MODELGATE_CLIENT_TOKEN=mgc_abc',
    '',
  ]);
});
