// The README and docs/ against the package: links that lead somewhere, examples and nodes that exist.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HISTORY_LIMIT } from '#src/alarm/score-history';
import { networkDefaults } from '#src/detectors/vae/defaults';
import { buildArchitecture } from '#src/engine/architecture';
import { parameterTable } from '#src/engine/parameters';
import { ALARM_LIMITS } from '#src/live/alarm-list';
import { CURVE_LIMIT } from '#src/live/model-view';
import { RECENT_LIMITS } from '#src/live/recent-segments';
import { MAX_FEEDBACK } from '#src/store/feedback-set';
import { PACKAGE_ROOT } from '../support/pack';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map(name => join('docs', name)),
]
  .filter(name => name.endsWith('.md'))
  .concat(join('examples', 'sounds', 'LICENSES.md'));
const read = (page: string) => readFileSync(join(PACKAGE_ROOT, page), 'utf8');
const manifest = JSON.parse(read('package.json'));

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(page: string): Set<string> {
  const titles = [...read(page).matchAll(/^#+ (.+)$/gm)].map(match => match[1].toLowerCase());
  return new Set(titles.map(title => title.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')));
}

describe('the documentation', () => {
  for (const page of pages) {
    it(`${page} links to files that are there`, () => {
      const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(match => match[1].replace(/#.*$/, ''))
        .filter(target => target !== '' && !/^https?:/.test(target));
      assert.deepEqual(
        targets.filter(target => !existsSync(join(PACKAGE_ROOT, dirname(page), target))),
        [],
      );
    });
  }

  it('links to headings that are there', () => {
    const wrong: string[] = [];
    for (const page of pages) {
      for (const [, target, anchor] of read(page).matchAll(/\]\(((?!https?:)[^)\s#]*)#([^)\s]+)\)/g)) {
        const file = target ? join(dirname(page), target) : page;
        if (!headingsOf(file).has(anchor)) wrong.push(`${page}: ${target}#${anchor}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('can be reached from the README, page by page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const [, target] of read(page).matchAll(/\]\(((?!https?:)[^)\s#]+\.md)(?:#[^)\s]*)?\)/g)) {
        reached.add(join(dirname(page), target));
      }
    }
    assert.deepEqual(
      pages.filter(page => !reached.has(page)),
      [],
    );
  });

  it('has no picture that no page shows, and 1.5 MB of them at most', () => {
    const folder = join('docs', 'images');
    const pictures = readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.png'))
      .map(name => join(folder, name));
    const shown = new Set(
      pages.flatMap(page => [...read(page).matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(m => join(dirname(page), m[1]))),
    );
    assert.deepEqual(
      pictures.filter(picture => !shown.has(picture)),
      [],
    );
    const bytes = pictures.reduce((sum, picture) => sum + statSync(join(PACKAGE_ROOT, picture)).size, 0);
    assert.ok(bytes < 1.5e6, `${bytes} bytes`);
  });

  it('docs/sidebar.md has a part for each part of the sidebar, names its buttons, and says how much is kept', () => {
    const page = read(join('docs', 'sidebar.md'));
    const texts = JSON.parse(read(join('nodes', 'sidebar', 'locales', 'en-US', 'earshot.json'))).earshot;
    const titles = ['steps', 'sound', 'score', 'alarms', 'threshold', 'training'].map(part => texts[part].title);
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings.slice(0, titles.length), titles);
    const { steps, sound, state, alarms, threshold, training } = texts;
    const words = [
      ...[steps.place, steps.choose, steps.record, steps.recordNow, steps.train, sound.clipped, sound.deploy],
      ...[state.none, state.untrained, state.normal, state.anomaly, alarms.wasNormal],
      ...[threshold.apply, threshold.reset, training.start, training.record, training.cancel],
    ];
    const asRead = page.replace(/\s+/g, ' ');
    assert.deepEqual(
      words.filter(word => ![`_${word}_`, `**${word}**`, `**${word}.**`].some(quoted => asRead.includes(quoted))),
      [],
    );
    const mebibytes = (bytes: number) => `${bytes / 2 ** 20} MiB`;
    const kept = [
      `the last ${HISTORY_LIMIT}`,
      `the last ${ALARM_LIMITS.alarms}, with ${mebibytes(ALARM_LIMITS.bytes)}`,
      `the last ${RECENT_LIMITS.segments}, with ${mebibytes(RECENT_LIMITS.bytes)}`,
      `${CURVE_LIMIT} points`,
      `${MAX_FEEDBACK} of a model`,
      `${MAX_FEEDBACK} marks at most`,
    ];
    assert.deepEqual(
      kept.filter(amount => !asRead.includes(amount)),
      [],
    );
  });

  it('README lists every node and every example flow', () => {
    const text = read('README.md');
    const nodes = Object.keys(manifest['node-red'].nodes).map(type => `| [\`${type}\`](docs/nodes/${type}.md)`);
    const examples = readdirSync(join(PACKAGE_ROOT, 'examples'))
      .filter(name => name.endsWith('.json'))
      .map(name => `| ${name.replace('.json', '')} `);
    assert.deepEqual(
      [...nodes, ...examples].filter(entry => !text.includes(entry)),
      [],
    );
  });

  it('docs/model-file.md names the tensors that a model has', () => {
    const page = read(join('docs', 'model-file.md'));
    const network = { ...networkDefaults('mirrored'), prior: { kind: 'mixture', components: 2 } as const };
    const tensors = parameterTable(buildArchitecture([128, 128], network)).list.map(({ name }) => `vae.${name}`);
    const isNamed = (name: string): boolean => {
      const last = name.split('.').at(-1);
      return [name, `….${last}`, `.${last}`].some(written => page.includes(`\`${written}\``));
    };
    assert.deepEqual(
      tensors.filter(name => !isNamed(name.replace(/\d+/, 'i'))),
      [],
    );
    const [, example] = /header\["(.+?)"\]/.exec(page) ?? [];
    assert.ok(tensors.includes(example), example);
  });

  it('README names only commands that exist', () => {
    const scripts = [...read('README.md').matchAll(/npm run (\w+)/g)].map(match => match[1]);
    assert.ok(scripts.length > 0);
    for (const script of scripts) assert.ok(script in manifest.scripts, script);
    for (const [, file] of read('README.md').matchAll(/^node (\S+\.mjs)/gm)) {
      assert.ok(existsSync(join(PACKAGE_ROOT, file)), file);
    }
  });

  it('CHANGELOG has an entry for this version', () => {
    assert.match(read('CHANGELOG.md'), new RegExp(`^## \\[${manifest.version.replaceAll('.', '\\.')}\\]`, 'm'));
  });
});
