// Registers the sidebar "Earshot" with the editor and tells it what happens there: whether it can be seen, what is edited,
// what is deployed.
import { onThemeChange } from '../shared/colours';
import { t } from '../shared/texts';
import { Sidebar } from './sidebar';

const ID = 'earshot';
const EDITS = ['nodes:add', 'nodes:remove', 'nodes:change', 'flows:loaded'];
/** Edits come by the dozen, e.g. when a flow is imported. */
const EDITED_MS = 200;
/** Until what was deployed has started. */
const STARTED_MS = 500;

function start(): Sidebar {
  const sidebar = new Sidebar();
  RED.actions.add('earshot:show-sidebar', () => RED.sidebar.show(ID));
  RED.sidebar.addTab({
    id: ID,
    label: t('title'),
    name: t('title'),
    content: sidebar.element,
    iconClass: 'fa fa-assistive-listening-systems',
    pinned: true,
    action: 'earshot:show-sidebar',
    enableOnEdit: true,
  });
  let onScreen = false;
  const update = (): void => sidebar.look(onScreen && document.visibilityState === 'visible');
  new IntersectionObserver(entries => {
    onScreen = entries.at(-1)?.isIntersecting ?? false;
    update();
  }).observe(sidebar.element);
  document.addEventListener('visibilitychange', update);
  const refresh = debounced(() => {
    if (sidebar.looking) sidebar.refreshChoices();
  }, EDITED_MS);
  for (const event of EDITS) RED.events.on(event, refresh);
  RED.events.on('deploy', () => {
    refresh();
    if (sidebar.looking) setTimeout(() => void sidebar.reload(), STARTED_MS);
  });
  onThemeChange(() => sidebar.redraw());
  return sidebar;
}

function debounced(action: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

const plugin = {
  type: 'earshot-sidebar',
  sidebar: undefined as Sidebar | undefined,
  onadd() {
    plugin.sidebar = start();
  },
};

RED.plugins.registerPlugin('earshot', plugin);
