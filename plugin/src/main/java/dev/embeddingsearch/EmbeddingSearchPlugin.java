/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import dev.embeddingsearch.codec.EmbeddingCodecService;
import dev.embeddingsearch.embedding.CachingEmbedder;
import dev.embeddingsearch.embedding.EmbeddingClient;
import dev.embeddingsearch.ingest.BatchEmbedder;
import dev.embeddingsearch.ingest.EmbeddingProcessor;
import dev.embeddingsearch.ingest.PartialUpdates;
import dev.embeddingsearch.ingest.ScriptedUpdates;
import dev.embeddingsearch.ingest.SourceFieldsProcessor;
import dev.embeddingsearch.mapper.EmbeddingFieldMapper;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.query.ConcurrentHybridSearch;
import dev.embeddingsearch.query.EmbeddingQueryBuilder;
import dev.embeddingsearch.query.HybridMatchQueryBuilder;
import dev.embeddingsearch.query.HybridProfile;
import dev.embeddingsearch.query.HybridScoresExt;
import dev.embeddingsearch.query.HybridScoresPhase;
import dev.embeddingsearch.query.QueryEmbedder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.lucene.util.SetOnce;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.ingest.Processor;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.ReloadablePlugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.script.ScriptService;
import org.opensearch.search.deciders.ConcurrentSearchRequestDecider;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

/** Wires the rooms of the plugin to OpenSearch's extension points. */
public class EmbeddingSearchPlugin extends Plugin
        implements MapperPlugin, IngestPlugin, SearchPlugin, EnginePlugin, ActionPlugin, ReloadablePlugin {

    private final Settings settings;
    private final Models models;
    private final SetOnce<Services> services = new SetOnce<>();
    private final SetOnce<QueryEmbedder> queryEmbedder = new SetOnce<>();

    public EmbeddingSearchPlugin(Settings settings) {
        this.settings = settings;
        this.models = new Models(settings);
    }

    /** What exists once the node hands over its own services. */
    private record Services(
            EmbeddingClient client,
            CachingEmbedder cache,
            EmbeddingMappings mappings,
            PartialUpdates updates,
            BatchEmbedder embedder) {}

    /** Ingest asks for its processors before the node asks for components; whoever comes first has them made. */
    private synchronized Services services(Client client, ClusterService clusterService) {
        if (services.get() == null) {
            ThreadPool threadPool = client.threadPool();
            EmbeddingClient embeddings = new EmbeddingClient(models, threadPool, version());
            CachingEmbedder cache = new CachingEmbedder(
                    embeddings, models, CachingEmbedder.SIZE.get(settings), threadPool.getThreadContext());
            PartialUpdates updates = new PartialUpdates(threadPool.getThreadContext());
            services.set(new Services(
                    embeddings,
                    cache,
                    new EmbeddingMappings(clusterService),
                    updates,
                    new BatchEmbedder(cache, models, client, clusterService, updates)));
        }
        return services.get();
    }

    private static String version() {
        return Objects.requireNonNullElse(
                EmbeddingSearchPlugin.class.getPackage().getImplementationVersion(), "unpackaged");
    }

    @Override
    public List<Setting<?>> getSettings() {
        List<Setting<?>> all = new ArrayList<>(Models.settings(settings));
        all.add(CachingEmbedder.SIZE);
        return all;
    }

    @Override
    public Collection<Object> createComponents(
            Client client,
            ClusterService clusterService,
            ThreadPool threadPool,
            ResourceWatcherService resourceWatcherService,
            ScriptService scriptService,
            NamedXContentRegistry xContentRegistry,
            Environment environment,
            NodeEnvironment nodeEnvironment,
            NamedWriteableRegistry namedWriteableRegistry,
            IndexNameExpressionResolver indexNameExpressionResolver,
            Supplier<RepositoriesService> repositoriesServiceSupplier) {
        clusterService.getClusterSettings().addSettingsUpdateConsumer(models::update, Models.dynamicSettings());
        Services made = services(client, clusterService);
        queryEmbedder.set(
                new QueryEmbedder(made.cache(), models, made.mappings(), clusterService, indexNameExpressionResolver));
        return List.of();
    }

    @Override
    public void reload(Settings settingsWithSecrets) {
        models.reloadSecrets(settingsWithSecrets);
    }

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(EmbeddingFieldMapper.CONTENT_TYPE, EmbeddingFieldMapper.parser(models));
    }

    @Override
    public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
        Services made = services(parameters.client, parameters.ingestService.getClusterService());
        return Map.of(EmbeddingProcessor.TYPE, new EmbeddingProcessor.Factory(made.embedder(), made.mappings()));
    }

    @Override
    public Map<String, Processor.Factory> getSystemIngestProcessors(Processor.Parameters parameters) {
        Services made = services(parameters.client, parameters.ingestService.getClusterService());
        return Map.of(SourceFieldsProcessor.TYPE, new SourceFieldsProcessor.Factory(made.embedder()));
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(
                services.get().updates(), new ScriptedUpdates(services.get().mappings()));
    }

    @Override
    public List<QuerySpec<?>> getQueries() {
        return List.of(
                new QuerySpec<>(
                        EmbeddingQueryBuilder.NAME,
                        in -> new EmbeddingQueryBuilder(in, queryEmbedder::get),
                        parser -> EmbeddingQueryBuilder.fromXContent(parser, queryEmbedder::get)),
                new QuerySpec<>(
                        HybridMatchQueryBuilder.NAME,
                        HybridMatchQueryBuilder::new,
                        parser -> HybridMatchQueryBuilder.fromXContent(parser, queryEmbedder::get)));
    }

    @Override
    public Optional<ConcurrentSearchRequestDecider.Factory> getConcurrentSearchRequestDeciderFactory() {
        return Optional.of(ConcurrentHybridSearch.factory());
    }

    @Override
    public Optional<ProfileMetricsProvider> getQueryProfileMetricsProvider() {
        return Optional.of(new HybridProfile());
    }

    @Override
    public List<SearchExtSpec<?>> getSearchExts() {
        return List.of(new SearchExtSpec<>(HybridScoresExt.NAME, HybridScoresExt::new, HybridScoresExt::fromXContent));
    }

    @Override
    public List<FetchSubPhase> getFetchSubPhases(FetchPhaseConstructionContext context) {
        return List.of(new HybridScoresPhase());
    }

    @Override
    public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings indexSettings) {
        return EmbeddingCodecService.factory(indexSettings.getSettings());
    }

    @Override
    public void close() {
        if (services.get() != null) {
            services.get().client().close();
        }
    }
}
