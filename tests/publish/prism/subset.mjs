// Cuts GitHub's description of its API down to what pacegate asks for, since all of it takes a minute to
// load, and adds what GitHub does and does not describe. Run: node subset.mjs DESCRIPTION OUT
import fs from 'node:fs';

const [, , description, out] = process.argv;
const all = JSON.parse(fs.readFileSync(description, 'utf8'));
const repository = '/repos/{owner}/{repo}';
const comments = `${repository}/issues/{issue_number}/comments`;
const comment = `${repository}/issues/comments/{comment_id}`;
const pulls = [`${repository}/pulls`, `${repository}/pulls/{pull_number}`];
const asked = {
  [comments]: ['get', 'post'],
  [comment]: ['patch'],
  [pulls[0]]: ['get'],
  [pulls[1]]: ['get'],
  [`${repository}/check-runs`]: ['post'],
  [`${repository}/check-runs/{check_run_id}`]: ['get', 'patch'],
  [`${repository}/commits/{ref}/check-runs`]: ['get'],
  [`${repository}/statuses/{sha}`]: ['post'],
  '/user': ['get'],
};

const subset = {
  openapi: all.openapi,
  info: all.info,
  servers: [{ url: 'http://127.0.0.1' }],
  paths: {},
  components: {},
};
for (const [path, methods] of Object.entries(asked)) {
  const { parameters } = all.paths[path];
  subset.paths[path] = { ...(parameters && { parameters }) };
  for (const method of methods) subset.paths[path][method] = all.paths[path][method];
}

// Everything that is referred to, however far away.
const each = (value, visit) => {
  if (!value || typeof value !== 'object') return;
  visit(value);
  Object.values(value).forEach((inner) => each(inner, visit));
};
const copied = new Set();
const copy = ({ $ref }) => {
  if (typeof $ref !== 'string' || copied.has($ref)) return;
  copied.add($ref);
  const names = $ref.slice('#/'.length).split('/');
  const last = names.pop();
  let [from, to] = [all, subset];
  for (const name of names) [from, to] = [from[name], (to[name] ??= {})];
  to[last] = from[last];
  each(from[last], copy);
};
each(subset.paths, copy);

// GitHub's own media type is not described.
each(subset, (value) => {
  const json = value.content?.['application/json'];
  if (json) value.content = { 'application/vnd.github+json': json, ...value.content };
});

// Nor are the limit of a comment, and that it holds nothing else.
for (const { requestBody } of [subset.paths[comments].post, subset.paths[comment].patch]) {
  const { schema } = requestBody.content['application/json'];
  schema.additionalProperties = false;
  schema.properties.body.maxLength = 65536;
}

// The stub answers with the few fields of a pull request that are read, not with all that there are.
// What is read is described as GitHub does, so that a field of another name is found.
const read = ['number', 'head', 'base'];
for (const name of ['pull-request', 'pull-request-simple']) {
  const { properties } = subset.components.schemas[name];
  for (const field of read) if (!properties[field]) throw new Error(`${name} has no ${field}`);
  const end = { type: 'object', required: ['sha', 'repo'] };
  subset.components.schemas[name] = {
    type: 'object',
    required: read,
    properties: {
      number: properties.number,
      head: { ...end, properties: { sha: properties.head.properties.sha } },
      base: { ...end, properties: { sha: properties.base.properties.sha } },
    },
  };
}
fs.writeFileSync(out, JSON.stringify(subset));
