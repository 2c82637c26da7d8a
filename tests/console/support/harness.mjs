/// The console in a real browser, over a program of its own.
///
///   const world = await openWorld();              // program with the demo's state, browser
///   const { page } = await world.signedIn();      // a page, signed in as the first administrator
///   await page.goto(world.url + '/deployments');
///   await world.picture(page, 'list');            // in both themes, into the build folder
///   assert.deepEqual(await world.axe(page), []);  // serious and critical findings in both themes
///   await world.close();                          // fails if a page had an error or broke its policy
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { openGate } from './gate.mjs';
import { patience, source, startProgram } from './program.mjs';

const require = createRequire(path.join(source, 'control/console/package.json'));
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const browserPath = process.env.MODELGATE_CHROMIUM ?? '/usr/bin/chromium';
const pictures = process.env.MODELGATE_SCREENSHOTS ?? path.join(path.dirname(process.env.MODELGATE_PROGRAM ?? path.join(source, 'build/release/modelgate')), 'screenshots');
/// A console built by hand (`npm run build` makes control/console/dist) in the place of the program's own.
const dist = process.env.MODELGATE_CONSOLE_DIST;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const themes = ['light', 'dark'];
export const wide = { width: 1280, height: 800 };
export const narrow = { width: 320, height: 640 };

/// What a new size of the window changes is drawn by the second frame: a table folds when it has seen its room.
export const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

export async function openWorld(options) {
  const program = await startProgram(options);
  const gate = await openGate(program.ports.control, dist);
  // Playwright gives each launch a profile folder of its own.
  const browser = await chromium.launch({ executablePath: browserPath, headless: true, args: flags, timeout: patience });
  const mistakes = [];
  const contexts = [];

  /// A page of a browser of its own: other cookies, other storage.
  const newPage = async ({ viewport = wide } = {}) => {
    const context = await browser.newContext({ viewport, colorScheme: 'light', reducedMotion: 'reduce', acceptDownloads: true });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gate.url });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(patience / 2);
    page.on('pageerror', (error) => mistakes.push(`${page.url()}: ${error.stack ?? error}`));
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && mistakes.push(`${page.url()}: ${message.text()}`));
    page.on('request', (request) => !request.url().startsWith(gate.url) && !request.url().startsWith('data:') && !request.url().startsWith('blob:') && mistakes.push(`a request to elsewhere: ${request.url()}`));
    return { page, context };
  };

  /// Signs in by the cookie, without the form: with a token, or a name and a password.
  const signedIn = async ({ login = { token: program.token }, ...rest } = {}) => {
    const made = await newPage(rest);
    const answer = await made.context.request.post(gate.url + '/api/v1/session', { data: login, headers: { Origin: gate.url } });
    assert.equal(answer.status(), 201, await answer.text());
    await made.page.goto(gate.url + '/');
    await made.page.locator('.live-live').waitFor();
    return made;
  };

  const inThemes = async (page, act) => {
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await act(theme);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };

  return {
    program,
    gate,
    url: gate.url,
    newPage,
    signedIn,

    /// `name-light.png` and `name-dark.png`: the whole page.
    async picture(page, name, { fullPage = true } = {}) {
      fs.mkdirSync(pictures, { recursive: true });
      if (fullPage) await page.evaluate(() => window.scrollTo(0, 0));
      // Nothing is loading any more, and what has just come into view has been drawn.
      await page.waitForFunction(() => !document.querySelector('.skeleton'));
      await settled(page);
      await inThemes(page, (theme) => page.screenshot({ path: path.join(pictures, `${name}-${theme}.png`), fullPage, animations: 'disabled' }));
    },

    /// What axe finds serious or critical, in both themes: one text each.
    async axe(page) {
      const found = [];
      await page.evaluate(axeSource);
      await inThemes(page, async (theme) => {
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
        for (const each of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
          for (const node of each.nodes) found.push(`${theme}: ${each.id}: ${node.target.join(' ')}: ${node.failureSummary}`);
        }
      });
      return found;
    },

    /// Nothing stands out at the side of the page.
    async assertFits(page) {
      await settled(page);
      const out = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        const outside = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > width + 0.5);
        if (!outside.length) return [`the page is ${document.documentElement.scrollWidth} of ${width} wide, though nothing is seen to stand out`];
        return outside.map((each) => `${each.tagName} ${each.className} ends at ${each.getBoundingClientRect().right} of ${width}: ${each.textContent.slice(0, 40)}`);
      });
      assert.deepEqual(out, []);
    },

    /// No word of people is broken within: "admi" above "n".
    async assertWordsWhole(page) {
      await settled(page);
      const broken = await page.evaluate(() => {
        const found = [];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        for (let text; (text = texts.nextNode()); ) {
          const holder = text.parentElement;
          if (!holder.checkVisibility({ visibilityProperty: true }) || holder.closest('pre, textarea, option, .visually-hidden')) continue;
          for (const word of text.data.matchAll(/(?<!\S)[A-Za-z0-9_.]{2,16}(?!\S)/g)) {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].filter((each) => each.width > 0).map((each) => Math.round(each.top)));
            if (lines.size > 1) found.push(`"${word[0]}" in ${holder.tagName}.${holder.className}`);
          }
        }
        return [...new Set(found)];
      });
      assert.deepEqual(broken, [], `broken words of ${page.url()}`);
    },

    async close() {
      for (const context of contexts) await context.close();
      await browser.close();
      gate.close();
      await program.stop();
      assert.deepEqual(mistakes, []);
    },
  };
}
