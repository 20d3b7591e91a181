FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json nest-cli.json ./
COPY scripts scripts
COPY migrations migrations
COPY demo demo
COPY console console
COPY src src
COPY LICENSE ./
# The snapshot is for embedded databases, which production does not use.
RUN npm run build && rm -rf dist/embedded-snapshot dist/demo && npm prune --omit=dev

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/var/lib/gatehouse
WORKDIR /app
RUN install -d -o node -g node -m 0700 /var/lib/gatehouse
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const base = new URL(process.env.PUBLIC_URL || 'http://localhost').pathname.replace(/\\/$/, ''); fetch(`http://127.0.0.1:${process.env.PORT}${base}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/bundle/server/main.js"]
