/// Stands between the browser and the program, so that a test can cut the line between them.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// `dist`: a folder with a built console, served in the place of the program's own: for working on it.
export async function openGate(target, dist) {
  let isCut = false;
  const sockets = new Set();
  const events = new Set();
  const followed = new Set();
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://gate');
    if (isCut) return void request.socket.destroy();
    if (dist && !pathname.startsWith('/api/')) return void serve(dist, pathname, response);
    const [hostname, port] = target.split(':');
    const onward = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
    const held = pathname === '/api/v1/events' ? events : searchParams.has('follow') ? followed : undefined;
    held?.add(response);
    response.on('close', () => held?.delete(response));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((done) => server.on('listening', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /// Every connection breaks and none is taken, until `restore`.
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    restore() {
      isCut = false;
    },
    /// Breaks only the streams of events.
    breakEvents() {
      for (const response of events) response.destroy();
    },
    /// Logs that are followed now.
    following: () => followed.size,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serve(dist, pathname, response) {
  const file = path.join(dist, path.normalize(pathname));
  const found = file.startsWith(dist) && fs.existsSync(file) && fs.statSync(file).isFile() ? file : path.join(dist, 'index.html');
  response.writeHead(200, { 'Content-Type': types[path.extname(found)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
  fs.createReadStream(found).pipe(response);
}
