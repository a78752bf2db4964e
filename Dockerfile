# Core alone in a container: docker compose up, or
#   docker build -t pryx . && docker run -p 3001:3001 -v pryx_data:/data pryx
# The token that clients need is in the volume: docker exec NAME cat /data/core.token
FROM node:20-slim AS web
WORKDIR /web
COPY web .
RUN node build.mjs

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
COPY --from=web /web/dist-packed web/dist-packed
ARG TARGETARCH=amd64
RUN eng/publish "linux-$(echo "$TARGETARCH" | sed 's/amd64/x64/')" /publish

FROM debian:12-slim
# git, bash and bubblewrap are for the agent's commands, curl for the health check; tini buries what they leave behind.
RUN apt-get update \
    && apt-get install -y --no-install-recommends bash bubblewrap ca-certificates curl git libsqlite3-0 procps tini util-linux \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home pryx \
    && install -d -o pryx -g pryx -m 0700 /data \
    && install -d -o pryx -g pryx /workspace
COPY --from=build /publish/pryx /publish/pryx-core /publish/pryx-tui /publish/libe_sqlite3.so /usr/local/bin/
USER pryx
WORKDIR /workspace
# Inside a container "this machine" is the container: a published port is only reached on every address. The token is still needed,
# and Host must be localhost with the same port, or what PRYX_ALLOWED_HOSTS names.
ENV PRYX_LISTEN_ADDR=0.0.0.0 \
    PRYX_PORT=3001 \
    PRYX_HEADLESS=true \
    PRYX_DATA_DIR=/data
VOLUME /data
EXPOSE 3001
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD curl -fsS "http://127.0.0.1:$(cat /data/runtime.port)/health" || exit 1
ENTRYPOINT ["tini", "--", "pryx"]
CMD ["serve", "--no-supervisor"]
