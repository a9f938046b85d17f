# The Holdfast worker. Debian rather than Alpine: Temporal's native core is built for glibc.
FROM node:24.21.0-bookworm-slim

WORKDIR /app
ENV NODE_ENV=production

# Packages first, so that a change of the code does not install them again.
COPY package.json package-lock.json .npmrc ./
# What users of the package bring themselves is here a development dependency too, and npm leaves
# those out: so the image serves as a user who brings all of it, at the locked versions.
# Not `npm ci`: see dev/bootstrap.mjs.
RUN npm pkg delete devDependencies peerDependenciesMeta && npm install --no-save

COPY src ./src
# The workflow bundle, while root may still write here: the worker runs as `node`, which may not.
RUN node src/worker/prebuild-bundle.ts

# Where the ledger lives if no DATABASE_URL is given, and beside it the journal of attempts.
# Mount a named volume: an anonymous one is left behind with the container.
ENV HOLDFAST_LEDGER=/data/ledger.db
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node

# Node strips the types itself, so there is nothing to build.
CMD ["node", "src/serve-orders.ts"]
