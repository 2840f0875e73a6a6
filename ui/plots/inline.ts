// The plots below audio-plot nodes on the workspace.
import { openLarge } from './large';
import { refreshAll, type ShowPlot, unwatch, watch } from './latest-plots';
import { describe, t } from './words';

const TYPE = 'audio-plot';
/** What the route announces new plots by, with the node's id at the end. */
const TOPIC = 'audio-anomaly/plot/+';
const SVG = 'http://www.w3.org/2000/svg';
/** Wider plots are made smaller to fit; open them for the full size. */
const WIDEST = 480;
/** Below the node's status. */
const GAP = 22;
const PRESSES = ['mousedown', 'mouseup', 'touchstart', 'touchend', 'dblclick'];

interface ShownPlot {
  group: SVGGElement;
  /** The node's on the workspace. */
  element: Element;
  show: ShowPlot;
}

/** By node id. */
const shown = new Map<string, ShownPlot>();

/** Shows plots from now on; returns how to end that. */
export function start(): () => void {
  const onAnnounced: EditorCommsListener = topic => refreshAll(topic.split('/').at(-1));
  const onVisible = (): void => refreshAll();
  RED.hooks.add('viewRedrawNode.earshot-plot', ({ node, el }) => {
    if (node.type === TYPE) update(node, el);
  });
  RED.hooks.add('viewRemoveNode.earshot-plot', ({ node }) => {
    if (node.type === TYPE) remove(node.id);
  });
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

/** Called for every node that is drawn: adds, moves or removes the plot as the node's properties say. */
function update(node: EditorNode, element: Element): void {
  const wanted = node.inline !== false;
  let present = shown.get(node.id);
  if (present && (!wanted || present.element !== element)) {
    remove(node.id);
    present = undefined;
  }
  if (!wanted) return;
  present ??= add(node, element);
  present.group.setAttribute('transform', `translate(0,${(node.h ?? 0) + GAP})`);
}

function add(node: EditorNode, element: Element): ShownPlot {
  const { group, frame, image } = elements();
  const open = (event: Event): void => {
    event.stopPropagation();
    openLarge(node);
  };
  group.addEventListener('click', open);
  group.addEventListener('keydown', event => (event.key === 'Enter' || event.key === ' ') && open(event));
  // A press here starts neither a lasso nor the moving of a node.
  for (const name of PRESSES) group.addEventListener(name, event => event.stopPropagation());
  element.appendChild(group);
  const show: ShowPlot = plot => {
    group.style.display = plot ? '' : 'none';
    if (!plot) return;
    const scale = Math.min(1, WIDEST / plot.width);
    for (const part of [image, frame]) {
      part.setAttribute('width', String(plot.width * scale));
      part.setAttribute('height', String(plot.height * scale));
    }
    image.setAttribute('href', plot.url);
    group.setAttribute('aria-label', t('open', { name: describe(node, plot) }));
  };
  const plot = { group, element, show };
  shown.set(node.id, plot);
  watch(node.id, show);
  return plot;
}

function elements(): { group: SVGGElement; frame: SVGRectElement; image: SVGImageElement } {
  const group = svg('g', {
    class: 'earshot-plot',
    role: 'button',
    tabindex: '0',
    style: 'cursor: zoom-in; display: none;',
  });
  const frame = svg('rect', { rx: '3' });
  const image = svg('image', { preserveAspectRatio: 'none' });
  const title = svg('title');
  title.textContent = t('enlarge');
  group.append(title, image, frame);
  return { group, frame, image };
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function remove(id: string): void {
  const present = shown.get(id);
  if (!present) return;
  shown.delete(id);
  unwatch(id, present.show);
  present.group.remove();
}
