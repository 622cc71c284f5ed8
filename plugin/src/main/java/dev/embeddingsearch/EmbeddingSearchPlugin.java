/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import dev.embeddingsearch.allocation.PluginAllocationDecider;
import dev.embeddingsearch.allocation.PluginNodes;
import dev.embeddingsearch.analysis.CodeAnalysis;
import dev.embeddingsearch.codec.EmbeddingCodecService;
import dev.embeddingsearch.codec.GraphThreads;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.VectorMeter;
import dev.embeddingsearch.embedding.cache.CachingEmbedder;
import dev.embeddingsearch.embedding.cache.DiskCache;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.QueueBudget;
import dev.embeddingsearch.embedding.http.CertificateAuthorities;
import dev.embeddingsearch.ingest.BatchEmbedder;
import dev.embeddingsearch.ingest.EmbeddingProcessor;
import dev.embeddingsearch.ingest.IndexNames;
import dev.embeddingsearch.ingest.PartialUpdates;
import dev.embeddingsearch.ingest.PrimaryWrites;
import dev.embeddingsearch.ingest.ShardWrites;
import dev.embeddingsearch.ingest.SourceFieldsProcessor;
import dev.embeddingsearch.ingest.StoredDocumentEmbedder;
import dev.embeddingsearch.ingest.UnembeddedWrites;
import dev.embeddingsearch.ingest.WriteAccess;
import dev.embeddingsearch.mapper.EmbeddingFieldMapper;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.VectorsInSource;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.UrlUpdateFilter;
import dev.embeddingsearch.query.ConcurrentHybridSearch;
import dev.embeddingsearch.query.EmbeddingQueryBuilder;
import dev.embeddingsearch.query.HybridMatchQueryBuilder;
import dev.embeddingsearch.query.QueryEmbedder;
import dev.embeddingsearch.query.RankedLegsQueryBuilder;
import dev.embeddingsearch.query.RankedQueryBuilder;
import dev.embeddingsearch.query.SearchedIndices;
import dev.embeddingsearch.query.SimilarityQueryBuilder;
import dev.embeddingsearch.reembed.BackfillAction;
import dev.embeddingsearch.reembed.BackfillStatus;
import dev.embeddingsearch.reembed.RestBackfillAction;
import dev.embeddingsearch.reembed.TransportBackfillAction;
import dev.embeddingsearch.rest.EmbeddingActions;
import dev.embeddingsearch.rest.NodeCounters;
import dev.embeddingsearch.rest.NodeServices;
import dev.embeddingsearch.search.HitsWithoutVectors;
import dev.embeddingsearch.search.HybridProfile;
import dev.embeddingsearch.search.HybridScoresExt;
import dev.embeddingsearch.search.HybridScoresPhase;
import dev.embeddingsearch.search.SearchTasks;
import dev.embeddingsearch.search.ShardSearchPhases;
import dev.embeddingsearch.search.WholeDocuments;
import dev.embeddingsearch.stats.EmbeddingStats;
import dev.embeddingsearch.wire.WireParts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.util.SetOnce;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.routing.allocation.decider.AllocationDecider;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.lifecycle.LifecycleComponent;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexModule;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.analysis.AnalyzerProvider;
import org.opensearch.index.analysis.TokenFilterFactory;
import org.opensearch.index.analysis.TokenizerFactory;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.ingest.IngestService;
import org.opensearch.ingest.Processor;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.AnalysisPlugin;
import org.opensearch.plugins.CircuitBreakerPlugin;
import org.opensearch.plugins.ClusterPlugin;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.NetworkPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.ReloadablePlugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.script.ScriptService;
import org.opensearch.search.deciders.ConcurrentSearchRequestDecider;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportInterceptor;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

/** Connects the packages of the plugin to OpenSearch's extension points. */
public class EmbeddingSearchPlugin extends Plugin
        implements MapperPlugin,
                IngestPlugin,
                SearchPlugin,
                EnginePlugin,
                AnalysisPlugin,
                ActionPlugin,
                ClusterPlugin,
                CircuitBreakerPlugin,
                NetworkPlugin,
                ReloadablePlugin {

    private final Settings settings;
    private final Models models;
    private final EmbeddingStats stats = new EmbeddingStats();
    private final SetOnce<CircuitBreaker> breaker = new SetOnce<>();
    private final SetOnce<Services> services = new SetOnce<>();
    private final SetOnce<ThreadContext> threadContext = new SetOnce<>();
    private final SetOnce<GraphThreads> graphThreads = new SetOnce<>();
    private final SetOnce<QueryEmbedder> queryEmbedder = new SetOnce<>();
    private final SetOnce<PluginNodes> pluginNodes = new SetOnce<>();

    public EmbeddingSearchPlugin(Settings settings) {
        this.settings = settings;
        this.models = new Models(settings);
        models.requireAllowedUrls();
    }

    /** The plugin's objects that need services of the node. */
    private record Services(
            EmbeddingClient client,
            QueueBudget budget,
            CachingEmbedder cache,
            Embedder embedder,
            DiskCache disk,
            EmbeddingMappings mappings,
            PartialUpdates updates,
            UnembeddedWrites unembedded,
            WriteAccess writeAccess,
            SearchTasks searches,
            BatchEmbedder batchEmbedder) {}

    /** The objects, made by the first call: OpenSearch asks for processors before it asks for components. */
    private synchronized Services services(Client client, ClusterService clusterService, Environment environment) {
        if (services.get() == null) {
            ThreadPool threadPool = client.threadPool();
            QueueBudget budget = new QueueBudget(settings, breaker::get);
            EmbeddingClient embeddings = new EmbeddingClient(
                    models,
                    CertificateAuthorities.of(settings, environment.configDir()),
                    budget,
                    new EmbeddingClient.Node(threadPool, version(), stats));
            Embedder made = new VectorMeter(
                    embeddings, (model, texts, characters) -> stats.model(model).saved(-texts, -characters));
            DiskCache disk =
                    new DiskCache(DiskCache.SIZE.get(settings), threadPool.generic(), threadPool.getThreadContext());
            CachingEmbedder cache = new CachingEmbedder(
                    made, models, CachingEmbedder.SIZE.get(settings), disk, threadPool.getThreadContext());
            Embedder embedder = new VectorMeter(
                    cache, (model, texts, characters) -> stats.model(model).saved(texts, characters));
            EmbeddingMappings mappings = new EmbeddingMappings(clusterService);
            PartialUpdates updates = new PartialUpdates(
                    threadPool.getThreadContext(),
                    clusterService::getIndexingPressureService,
                    IndexNames.of(clusterService, mappings));
            WriteAccess writeAccess = new WriteAccess(clusterService, threadPool.getThreadContext());
            BooleanSupplier processorsGenerated =
                    () -> clusterService.getClusterSettings().get(IngestService.SYSTEM_INGEST_PIPELINE_ENABLED);
            services.set(new Services(
                    embeddings,
                    budget,
                    cache,
                    embedder,
                    disk,
                    mappings,
                    updates,
                    new UnembeddedWrites(mappings, updates, processorsGenerated),
                    writeAccess,
                    new SearchTasks(threadPool.getThreadContext()),
                    new BatchEmbedder(
                            embedder,
                            models,
                            new BatchEmbedder.Node(client, clusterService, stats, writeAccess),
                            updates)));
        }
        return services.get();
    }

    private static String version() {
        return Objects.requireNonNullElse(
                EmbeddingSearchPlugin.class.getPackage().getImplementationVersion(), "unpackaged");
    }

    @Override
    public List<Setting<?>> getSettings() {
        List<Setting<?>> all = new ArrayList<>(Models.settings());
        all.add(CachingEmbedder.SIZE);
        all.add(DiskCache.SIZE);
        all.add(QueueBudget.SIZE);
        all.add(CertificateAuthorities.FILES);
        all.add(HitsWithoutVectors.VECTORS_IN_HITS);
        all.add(VectorsInSource.SETTING);
        return all;
    }

    @Override
    public Settings additionalSettings() {
        return Settings.builder()
                .put("node.attr." + PluginNodes.ATTRIBUTE, true)
                .build();
    }

    @Override
    public Collection<AllocationDecider> createAllocationDeciders(
            Settings nodeSettings, ClusterSettings clusterSettings) {
        return List.of(new PluginAllocationDecider(pluginNodes::get));
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
        clusterService.addHighPriorityApplier(
                event -> models.archived(event.state().metadata().settings()));
        clusterService.addListener(
                event -> event.indicesDeleted().forEach(index -> stats.forgetIndex(index.getName())));
        graphThreads.set(GraphThreads.of(threadPool));
        pluginNodes.set(new PluginNodes(client, clusterService.getRerouteService()));
        clusterService.addListener(pluginNodes.get());
        Services made = services(client, clusterService, environment);
        clusterService
                .getClusterSettings()
                .addSettingsUpdateConsumer(made.budget()::update, QueueBudget.dynamicSettings());
        if (nodeEnvironment.hasNodeFile()) {
            made.disk().open(nodeEnvironment.nodeDataPaths()[0]);
        } else {
            made.disk().close(); // this node keeps nothing on disk
        }
        SearchedIndices indices = new SearchedIndices(clusterService, indexNameExpressionResolver);
        queryEmbedder.set(new QueryEmbedder(
                made.embedder(), models, made.mappings(), indices, new QueryEmbedder.Node(threadPool, stats)));
        NodeCounters counters = new NodeCounters(stats, made.cache()::stats, made.client()::status);
        return List.of(
                new NodeServices(models, made.client(), made.embedder(), counters),
                new StoredDocumentEmbedder(
                        made.embedder(), models, made.mappings(), stats, threadPool.getThreadContext()),
                made.unembedded(),
                made.writeAccess());
    }

    @Override
    public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
        return List.of(
                new NamedWriteableRegistry.Entry(Task.Status.class, BackfillStatus.NAME, BackfillStatus::new),
                new NamedWriteableRegistry.Entry(
                        Task.Status.class, BackfillStatus.WithParts.NAME, BackfillStatus.WithParts::new),
                withParts(EmbeddingQueryBuilder.NAME, in -> new EmbeddingQueryBuilder(in, true, queryEmbedder::get)),
                withParts(HybridMatchQueryBuilder.NAME, in -> new HybridMatchQueryBuilder(in, true)),
                withParts(RankedLegsQueryBuilder.NAME, in -> new RankedLegsQueryBuilder(in, true)),
                withParts(RankedQueryBuilder.NAME, in -> new RankedQueryBuilder(in, true)),
                withParts(SimilarityQueryBuilder.NAME, in -> new SimilarityQueryBuilder(in, true)));
    }

    /** A query's form with parts; {@link #getQueries} registers the form without. */
    private static NamedWriteableRegistry.Entry withParts(String query, Writeable.Reader<QueryBuilder> reader) {
        return new NamedWriteableRegistry.Entry(QueryBuilder.class, WireParts.named(query), reader);
    }

    @Override
    public BreakerSettings getCircuitBreaker(Settings nodeSettings) {
        return QueueBudget.breakerSettings(nodeSettings);
    }

    @Override
    public void setCircuitBreaker(CircuitBreaker circuitBreaker) {
        breaker.set(circuitBreaker);
    }

    @Override
    public void reload(Settings settingsWithSecrets) {
        models.reloadSecrets(settingsWithSecrets);
    }

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(EmbeddingFieldMapper.CONTENT_TYPE, EmbeddingFieldMapper.parser(models, threadContext::get));
    }

    @Override
    public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
        Services made = services(parameters.client, parameters.ingestService.getClusterService(), parameters.env);
        return Map.of(EmbeddingProcessor.TYPE, new EmbeddingProcessor.Factory(made.batchEmbedder(), made.mappings()));
    }

    @Override
    public Map<String, Processor.Factory> getSystemIngestProcessors(Processor.Parameters parameters) {
        Services made = services(parameters.client, parameters.ingestService.getClusterService(), parameters.env);
        return Map.of(
                SourceFieldsProcessor.TYPE, new SourceFieldsProcessor.Factory(made.batchEmbedder(), made.mappings()));
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(
                services.get().updates(),
                services.get().unembedded(),
                new WholeDocuments(),
                services.get().searches(),
                new UrlUpdateFilter(models));
    }

    @Override
    public Collection<Class<? extends LifecycleComponent>> getGuiceServiceClasses() {
        return List.of(ShardWrites.class);
    }

    @Override
    public List<TransportInterceptor> getTransportInterceptors(
            NamedWriteableRegistry namedWriteableRegistry, ThreadContext nodeThreadContext) {
        threadContext.set(nodeThreadContext);
        return List.of(new PrimaryWrites(
                () -> services.get() == null ? null : services.get().mappings(), nodeThreadContext));
    }

    @Override
    public List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> getActions() {
        List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> all =
                new ArrayList<>(EmbeddingActions.transport());
        all.add(new ActionHandler<>(BackfillAction.INSTANCE, TransportBackfillAction.class));
        return all;
    }

    @Override
    public List<RestHandler> getRestHandlers(
            Settings nodeSettings,
            RestController restController,
            ClusterSettings clusterSettings,
            IndexScopedSettings indexScopedSettings,
            SettingsFilter settingsFilter,
            IndexNameExpressionResolver indexNameExpressionResolver,
            Supplier<DiscoveryNodes> nodesInCluster) {
        List<RestHandler> all = new ArrayList<>(EmbeddingActions.rest());
        all.add(new RestBackfillAction());
        return all;
    }

    @Override
    public List<QuerySpec<?>> getQueries() {
        return List.of(
                new QuerySpec<>(
                        EmbeddingQueryBuilder.NAME,
                        in -> new EmbeddingQueryBuilder(in, false, queryEmbedder::get),
                        parser -> EmbeddingQueryBuilder.fromXContent(parser, queryEmbedder::get)),
                new QuerySpec<>(
                        HybridMatchQueryBuilder.NAME,
                        in -> new HybridMatchQueryBuilder(in, false),
                        parser -> HybridMatchQueryBuilder.fromXContent(parser, queryEmbedder::get)),
                new QuerySpec<>(
                        RankedLegsQueryBuilder.NAME,
                        in -> new RankedLegsQueryBuilder(in, false),
                        RankedLegsQueryBuilder::fromXContent),
                new QuerySpec<>(
                        RankedQueryBuilder.NAME,
                        in -> new RankedQueryBuilder(in, false),
                        RankedQueryBuilder::fromXContent),
                new QuerySpec<>(
                        SimilarityQueryBuilder.NAME,
                        in -> new SimilarityQueryBuilder(in, false),
                        SimilarityQueryBuilder::fromXContent));
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
    public void onIndexModule(IndexModule module) {
        module.addSearchOperationListener(new ShardSearchPhases());
        module.addSearchOperationListener(new HitsWithoutVectors());
    }

    @Override
    public List<ExecutorBuilder<?>> getExecutorBuilders(Settings nodeSettings) {
        return GraphThreads.pools(nodeSettings);
    }

    @Override
    public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings indexSettings) {
        return EmbeddingCodecService.factory(indexSettings.getSettings(), graphThreads.get());
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return CodeAnalysis.tokenizers();
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return CodeAnalysis.tokenFilters();
    }

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return CodeAnalysis.analyzers();
    }

    @Override
    public void close() {
        if (services.get() != null) {
            services.get().client().close();
            services.get().disk().close();
        }
    }
}
