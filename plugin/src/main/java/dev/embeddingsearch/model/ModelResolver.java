/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.AffixSetting;
import org.opensearch.common.settings.Settings;

/** Joins one model's settings with what the catalogue knows of its id. */
final class ModelResolver {

    private final String name;
    private final Settings settings;
    private final UrlAllowlist allowlist;

    ModelResolver(String name, Settings settings, UrlAllowlist allowlist) {
        this.name = name;
        this.settings = settings;
        this.allowlist = allowlist;
    }

    /**
     * Resolves the model.
     *
     * @throws IllegalArgumentException if its settings do not make one
     */
    EmbeddingModel resolve() {
        String id = get(ModelSettings.ID);
        KnownModel known = ModelCatalog.find(id).orElse(KnownModel.UNKNOWN);
        return new EmbeddingModel(
                name,
                id,
                queryId(id, known),
                endpoint(),
                known,
                dimensions(known),
                prefixes(known),
                limits(known),
                getOr(ModelSettings.PRICE, known.pricePerMillionTokens()));
    }

    private String queryId(String id, KnownModel known) {
        String queryId = get(ModelSettings.QUERY_ID);
        if (!queryId.isEmpty()) {
            return queryId;
        }
        return known.queryId().equals(known.id()) ? id : known.queryId();
    }

    private EmbeddingModel.Endpoint endpoint() {
        Provider provider = get(ModelSettings.PROVIDER);
        Setting<String> url = setting(ModelSettings.URL);
        if (provider == Provider.AZURE && !url.exists(settings)) {
            throw new IllegalArgumentException("[" + url.getKey()
                    + "] is missing: provider [azure] expects the resource's own address, like"
                    + " [https://my-resource.openai.azure.com]");
        }
        String allowed = ModelSettings.requireAllowed(url.getKey(), url.get(settings), allowlist);
        return new EmbeddingModel.Endpoint(allowed, provider, get(ModelSettings.API_VERSION));
    }

    private int dimensions(KnownModel known) {
        int dimensions = get(ModelSettings.DIMENSIONS);
        if (dimensions > known.dimensions() && known.dimensions() > 0) {
            throw new IllegalArgumentException(
                    "[" + setting(ModelSettings.DIMENSIONS).getKey() + "] is [" + dimensions + "], but model ["
                            + known.id() + "] has [" + known.dimensions() + "] dimensions; ask for that many or fewer");
        }
        return dimensions > 0 ? dimensions : known.dimensions();
    }

    private Prefixes prefixes(KnownModel known) {
        return new Prefixes(
                getOr(ModelSettings.DOCUMENT_PREFIX, known.prefixes().document()),
                getOr(ModelSettings.QUERY_PREFIX, known.prefixes().query()));
    }

    private EmbeddingModel.Limits limits(KnownModel known) {
        int inputTokens = get(ModelSettings.MAX_INPUT_TOKENS);
        return new EmbeddingModel.Limits(
                inputTokens > 0 ? inputTokens : known.maxInputTokens(),
                get(ModelSettings.TRUNCATE),
                get(ModelSettings.MAX_BATCH_INPUTS),
                get(ModelSettings.MAX_BATCH_TOKENS),
                get(ModelSettings.REQUESTS_PER_MINUTE),
                get(ModelSettings.TOKENS_PER_MINUTE),
                get(ModelSettings.TIMEOUT),
                get(ModelSettings.SEARCH_TIMEOUT),
                get(ModelSettings.INGEST_TIMEOUT),
                get(ModelSettings.MAX_RETRIES),
                get(ModelSettings.MAX_IN_FLIGHT),
                get(ModelSettings.LINGER),
                get(ModelSettings.BREAKER_FAILURES),
                get(ModelSettings.BREAKER_PAUSE));
    }

    private <T> T get(AffixSetting<T> affix) {
        return setting(affix).get(settings);
    }

    private <T> T getOr(AffixSetting<T> affix, T fallback) {
        Setting<T> setting = setting(affix);
        return setting.exists(settings) ? setting.get(settings) : fallback;
    }

    private <T> Setting<T> setting(AffixSetting<T> affix) {
        return affix.getConcreteSettingForNamespace(name);
    }
}
