# OpenSearch with the plugin. Build the zip first: ./mvnw package -DskipTests
ARG OPENSEARCH=3.8.0
FROM opensearchproject/opensearch:${OPENSEARCH}
ARG ZIP=plugin/target/embedding-search-0.2.0-lucene105.zip
COPY --chown=1000:1000 ${ZIP} /tmp/embedding-search.zip
RUN /usr/share/opensearch/bin/opensearch-plugin install --batch file:///tmp/embedding-search.zip \
    && rm /tmp/embedding-search.zip
