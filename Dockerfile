# docker build -t sitrep --build-arg VERSION=$(git describe --tags --always) .
# docker run --rm -p 8080:8080 -v sitrep-data:/data -v ./config.yaml:/etc/sitrep/config.yaml:ro sitrep
#
# In the container the config says `data: /data` and `listen: 0.0.0.0:8080`.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG COMMIT=unknown
RUN make build VERSION="$VERSION" COMMIT="$COMMIT"

# What a program needs of an operating system: roots of trust, time zones, a user, and places to write.
RUN mkdir -p /root-fs/etc/ssl/certs /root-fs/tmp /data \
 && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
 && cp "$(go env GOROOT)/lib/time/zoneinfo.zip" /root-fs/zoneinfo.zip \
 && echo 'sitrep:x:65532:65532::/data:/sbin/nologin' > /root-fs/etc/passwd \
 && echo 'sitrep:x:65532:' > /root-fs/etc/group \
 && chmod 0700 /data && chmod 1777 /root-fs/tmp \
 && cp bin/sitrep /root-fs/sitrep

FROM scratch
COPY --from=build /root-fs /
COPY --from=build --chown=65532:65532 /data /data
ENV ZONEINFO=/zoneinfo.zip
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/sitrep"]
CMD ["run", "--config", "/etc/sitrep/config.yaml"]
