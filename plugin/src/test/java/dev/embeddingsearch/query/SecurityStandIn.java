/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.search.RulesInQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.search.SearchAction;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexModule;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.ParsedQuery;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.rest.RestHeaderDefinition;
import org.opensearch.script.ScriptService;
import org.opensearch.search.internal.SearchContext;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

/**
 * Does what the security plugin does to requests. A caller's rights are in headers of its requests.
 *
 * <ul>
 *   <li>{@link #ROLE}: the {@link StandInRole role} without which an action is refused.
 *   <li>{@link #RULE}: queries, divided by {@code |}; documents that match none are hidden. In searches they are wrapped
 *       around the parsed query, by a listener; elsewhere the reader takes hidden documents from those that are live.
 *   <li>{@link #RULE_IN_QUERY}: the same, put into the search's own query on the coordinating node.
 *   <li>{@link #HIDDEN_FIELDS}: fields that the reader leaves out.
 * </ul>
 */
public class SecurityStandIn extends Plugin implements ActionPlugin, MapperPlugin {

    public static final String ROLE = "standin_role";
    public static final String HIDDEN_FIELDS = "standin_hidden_fields";
    static final String RULE = "standin_rule";
    static final String RULE_IN_QUERY = "standin_rule_in_query";
    /** Which of two listeners wraps the rule around: that of a plugin before ours, or of one behind. */
    static final String LISTENER = "standin_listener";

    private static final String ACTION = "standin_action";

    private Client client;
    private ThreadContext threads;
    private NamedXContentRegistry registry;
    private RequestedIndices indices;
    private RestController rest;

    @Override
    public Collection<Object> createComponents(
            Client nodeClient,
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
        client = nodeClient;
        threads = threadPool.getThreadContext();
        registry = xContentRegistry;
        indices = new RequestedIndices(clusterService, indexNameExpressionResolver, namedWriteableRegistry);
        return List.of();
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(new Authorisation());
    }

    @Override
    public Collection<RestHeaderDefinition> getRestHeaders() {
        return List.of(new RestHeaderDefinition(ROLE, false), new RestHeaderDefinition(HIDDEN_FIELDS, false));
    }

    @Override
    public List<RestHandler> getRestHandlers(
            Settings settings,
            RestController restController,
            ClusterSettings clusterSettings,
            IndexScopedSettings indexScopedSettings,
            SettingsFilter settingsFilter,
            IndexNameExpressionResolver indexNameExpressionResolver,
            Supplier<DiscoveryNodes> nodesInCluster) {
        rest = restController;
        return List.of();
    }

    /** What the node's HTTP server hands requests to. */
    public RestController rest() {
        return rest;
    }

    @Override
    public Function<String, Predicate<String>> getFieldFilter() {
        return index -> field -> {
            Set<String> hidden = threads == null ? Set.of() : hiddenFields();
            return hidden.stream().noneMatch(name -> field.equals(name) || field.startsWith(name + "."));
        };
    }

    /** Comes behind our plugin, and has nothing but the listener. */
    public static final class Later extends SecurityStandIn {

        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of();
        }

        @Override
        public Collection<RestHeaderDefinition> getRestHeaders() {
            return List.of();
        }

        @Override
        public void onIndexModule(IndexModule module) {
            addListener(module, "later");
        }
    }

    void addListener(IndexModule module, String name) {
        module.addSearchOperationListener(new SearchOperationListener() {
            @Override
            public void onPreQueryPhase(SearchContext context) {
                if (name.equals(threads.getHeader(LISTENER))) {
                    wrap(context);
                }
            }
        });
    }

    @Override
    public void onIndexModule(IndexModule module) {
        addListener(module, "earlier");
        module.setReaderWrapper(indexService -> reader -> {
            String rule = threads.getHeader(ACTION) == null ? null : threads.getHeader(RULE);
            boolean search = rule != null && threads.getHeader(ACTION).startsWith("indices:data/read/search");
            Supplier<Query> hiding = rule == null || search
                    ? null
                    : () -> new ConstantScoreQuery(
                            rules(indexService.newQueryShardContext(0, null, () -> 0, null), rule, query -> query)
                                    .build());
            return new RestrictedReader(reader, hiding, hiddenFields());
        });
    }

    private Set<String> hiddenFields() {
        String fields = threads.getHeader(HIDDEN_FIELDS);
        return fields == null ? Set.of() : Set.of(Strings.splitStringByCommaToArray(fields));
    }

    private void wrap(SearchContext context) {
        String rule = threads.getHeader(RULE);
        if (rule == null || context.suggest() != null) {
            return;
        }
        BooleanQuery.Builder wrapped = rules(context.getQueryShardContext(), rule, ConstantScoreQuery::new);
        wrapped.add(context.parsedQuery().query(), Occur.MUST);
        context.parsedQuery(new ParsedQuery(wrapped.build()));
        context.preProcess(true);
    }

    private BooleanQuery.Builder rules(
            QueryShardContext context, String rule, java.util.function.UnaryOperator<Query> map) {
        BooleanQuery.Builder wrapped = new BooleanQuery.Builder().setMinimumNumberShouldMatch(1);
        for (QueryBuilder each : parse(rule)) {
            Query query = map.apply(context.toQuery(each).query());
            wrapped.add(query, Occur.SHOULD);
            if (context.getMapperService().hasNested()) {
                wrapped.add(
                        new ToChildBlockJoinQuery(query, context.bitsetFilter(Queries.newNonNestedFilter())),
                        Occur.SHOULD);
            }
        }
        return wrapped;
    }

    private List<QueryBuilder> parse(String rule) {
        List<QueryBuilder> queries = new ArrayList<>();
        for (String json : Strings.delimitedListToStringArray(rule, "|")) {
            try (XContentParser parser =
                    JsonXContent.jsonXContent.createParser(registry, LoggingDeprecationHandler.INSTANCE, json)) {
                queries.add(AbstractQueryBuilder.parseInnerQueryBuilder(parser));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return queries;
    }

    private final class Authorisation implements ActionFilter {

        @Override
        public int order() {
            return Integer.MIN_VALUE;
        }

        @Override
        public <Request extends ActionRequest, Response extends ActionResponse> void apply(
                Task task,
                String action,
                Request request,
                ActionRequestMetadata<Request, Response> metadata,
                ActionListener<Response> listener,
                ActionFilterChain<Request, Response> chain) {
            String role = threads.getHeader(ROLE);
            if (role != null && !StandInRole.of(role).allows(action, request, indices)) {
                listener.onFailure(
                        new OpenSearchStatusException("no permissions for [" + action + "]", RestStatus.FORBIDDEN));
                return;
            }
            try (ThreadContext.StoredContext caller = threads.newStoredContext(true)) {
                if (threads.getHeader(ACTION) == null) {
                    threads.putHeader(ACTION, action);
                }
                boolean rulesAreMissing = threads.getHeader(RULE_IN_QUERY) != null
                        && threads.getHeader(RulesInQuery.HEADER) == null
                        && action.equals(SearchAction.NAME);
                if (rulesAreMissing) {
                    searchWithRules((SearchRequest) request, listener);
                } else {
                    chain.proceed(task, action, request, listener);
                }
            }
        }

        @SuppressWarnings("unchecked")
        private <Response extends ActionResponse> void searchWithRules(
                SearchRequest request, ActionListener<Response> listener) {
            try (ThreadContext.StoredContext stored = threads.newStoredContext(true)) {
                threads.putHeader(RulesInQuery.HEADER, "true");
                BoolQueryBuilder restricted = new BoolQueryBuilder().minimumShouldMatch(1);
                parse(threads.getHeader(RULE_IN_QUERY)).forEach(restricted::should);
                if (request.source().query() != null) {
                    restricted.must(request.source().query());
                }
                request.source().query(restricted);
                client.search(
                        request,
                        ActionListener.wrap(
                                response -> {
                                    stored.restore();
                                    ((ActionListener<SearchResponse>) listener).onResponse(response);
                                },
                                listener::onFailure));
            }
        }
    }

    /** What a caller sends along. */
    static Map<String, String> rule(boolean earlier, String... queries) {
        return Map.of(RULE, String.join("|", queries), LISTENER, earlier ? "earlier" : "later");
    }
}
