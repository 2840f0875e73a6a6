// The pictures below audio-plot nodes on the workspace.
import { openLarge } from './large.mjs';
import { refreshAll, unwatch, watch } from './pictures.mjs';
import { describe, t } from './words.mjs';

const TYPE = 'audio-plot';
/** What the route announces new pictures by, with the node's id at the end. */
const TOPIC = 'audio-anomaly/plot/+';
const SVG = 'http://www.w3.org/2000/svg';
/** Wider pictures are made smaller to fit; open them for the full size. */
const WIDEST = 480;
/** Below the node's status. */
const GAP = 22;
const PRESSES = ['mousedown', 'mouseup', 'touchstart', 'touchend', 'dblclick'];

/** By node id. */
const shown = new Map();

/** Shows pictures from now on; returns how to end that. */
export function start() {
  const isOurs = node => node.type === TYPE;
  const onAnnounced = topic => refreshAll(topic.split('/').at(-1));
  const onVisible = () => refreshAll();
  RED.hooks.add('viewRedrawNode.earshot-plot', ({ node, el }) => isOurs(node) && update(node, el));
  RED.hooks.add('viewRemoveNode.earshot-plot', ({ node }) => isOurs(node) && remove(node.id));
  RED.comms.subscribe(TOPIC, onAnnounced);
  RED.comms.on?.('connect', onVisible);
  document.addEventListener('visibilitychange', onVisible);
  // Nodes may have been drawn before.
  for (const node of RED.nodes.filterNodes({ type: TYPE })) node.dirty = true;
  RED.view.redraw();
  return () => {
    RED.hooks.remove('*.earshot-plot');
    RED.comms.unsubscribe(TOPIC, onAnnounced);
    RED.comms.off?.('connect', onVisible);
    document.removeEventListener('visibilitychange', onVisible);
    for (const id of [...shown.keys()]) remove(id);
  };
}

/** Called for every node that is drawn: adds, moves or removes the picture as the node's properties say. */
function update(node, element) {
  const wanted = node.inline !== false;
  const present = shown.get(node.id);
  if (present && (!wanted || present.element !== element)) remove(node.id);
  if (!wanted) return;
  if (!shown.has(node.id)) add(node, element);
  shown.get(node.id).group.setAttribute('transform', `translate(0,${node.h + GAP})`);
}

function add(node, element) {
  const { group, frame, image } = elements();
  const open = event => {
    event.stopPropagation();
    openLarge(node);
  };
  group.addEventListener('click', open);
  group.addEventListener('keydown', event => (event.key === 'Enter' || event.key === ' ') && open(event));
  // A press here starts neither a lasso nor the moving of a node.
  for (const name of PRESSES) group.addEventListener(name, event => event.stopPropagation());
  element.appendChild(group);
  const show = picture => {
    group.style.display = picture ? '' : 'none';
    if (!picture) return;
    const scale = Math.min(1, WIDEST / picture.width);
    for (const part of [image, frame]) {
      part.setAttribute('width', picture.width * scale);
      part.setAttribute('height', picture.height * scale);
    }
    image.setAttribute('href', picture.url);
    group.setAttribute('aria-label', t('open', { name: describe(node, picture) }));
  };
  shown.set(node.id, { group, element, show });
  watch(node.id, show);
}

function elements() {
  const group = svg('g', {
    class: 'earshot-plot',
    role: 'button',
    tabindex: 0,
    style: 'cursor: zoom-in; display: none;',
  });
  const frame = svg('rect', { rx: 3 });
  const image = svg('image', { preserveAspectRatio: 'none' });
  const title = svg('title', {});
  title.textContent = t('enlarge');
  group.append(title, image, frame);
  return { group, frame, image };
}

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function remove(id) {
  const present = shown.get(id);
  if (!present) return;
  shown.delete(id);
  unwatch(id, present.show);
  present.group.remove();
}
