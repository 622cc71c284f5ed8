/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.AffixSetting;
import org.opensearch.common.settings.Settings;

/** Combines the settings of a model with the catalog's entry for its id. */
final class ModelResolver {

    /** The prefix that OpenSearch gives to settings that it cannot parse. */
    static final String ARCHIVED = "archived.";

    private final String name;
    private final Settings settings;
    private final UrlAllowlist allowlist;
    private final KeyState key;

    /** Whether this node has a key for the model, and the node's name. */
    record KeyState(boolean present, String node) {}

    /**
     * @param settings the settings of models, including archived ones
     */
    ModelResolver(String name, Settings settings, UrlAllowlist allowlist, KeyState key) {
        this.name = name;
        this.settings = settings;
        this.allowlist = allowlist;
        this.key = key;
    }

    /**
     * Resolves the identity of the model.
     *
     * @throws IllegalArgumentException if its settings lack an id
     */
    ModelIdentity identity() {
        requireNothingArchived();
        String id = get(ModelSettings.ID);
        return new ModelIdentity(name, id, dimensions(ModelCatalog.find(id).orElse(KnownModel.UNKNOWN)));
    }

    /**
     * Resolves the model.
     *
     * @throws IllegalArgumentException if its settings are invalid, or this node may not call the model
     */
    EmbeddingModel resolve() {
        requireNothingArchived();
        String id = get(ModelSettings.ID);
        KnownModel known = ModelCatalog.find(id).orElse(KnownModel.UNKNOWN);
        return new EmbeddingModel(
                name,
                new ModelIds(id, queryId(id, known)),
                endpoint(known),
                known,
                dimensions(known),
                prefixes(known),
                EmbeddingModel.Limits.of(this, known));
    }

    private String queryId(String id, KnownModel known) {
        String queryId = get(ModelSettings.QUERY_ID);
        if (!queryId.isEmpty()) {
            return queryId;
        }
        return known.queryId().equals(known.id()) ? id : known.queryId();
    }

    /** Refuses a model with archived settings: without them it would be another model, or have another address. */
    private void requireNothingArchived() {
        String prefix = ARCHIVED + ModelSettings.PREFIX + name + ".";
        for (String archived : settings.keySet()) {
            String key = archived.startsWith(prefix) ? archived.substring(ARCHIVED.length()) : null;
            if (key != null && !settings.hasValue(key)) {
                throw new IllegalArgumentException("OpenSearch has archived its setting [" + key + "] as [" + archived
                        + "], so it is not in force; set [" + key + "] again, or remove the archived one with [PUT"
                        + " _cluster/settings {\"persistent\": {\"" + archived + "\": null}}]");
            }
        }
    }

    private EmbeddingModel.Endpoint endpoint(KnownModel known) {
        Provider provider = get(ModelSettings.PROVIDER);
        Setting<String> url = setting(ModelSettings.URL);
        if (!url.exists(settings)) {
            requireOpenAi(provider, known, url.getKey());
        }
        String allowed = ModelSettings.requireAllowed(url.getKey(), url.get(settings), allowlist);
        return new EmbeddingModel.Endpoint(
                allowed,
                provider,
                get(ModelSettings.API_VERSION),
                format(),
                getOr(ModelSettings.PRICE, known.pricePerMillionTokens()));
    }

    /** OpenAI's address is the default of OpenAI's models only. Texts must not be sent to a third party if a setting is missing. */
    private void requireOpenAi(Provider provider, KnownModel known, String url) {
        if (provider == Provider.AZURE) {
            throw new IllegalArgumentException("[" + url
                    + "] is missing: provider [azure] expects the resource's own address, like"
                    + " [https://my-resource.openai.azure.com]");
        }
        if (known.dimensions() > 0 && known.family() == Family.OTHER) {
            throw new IllegalArgumentException("[" + url + "] is missing: id [" + get(ModelSettings.ID)
                    + "] is none of OpenAI's models; set it to the base URL of the service that has it, like"
                    + " [http://localhost:8080/v1]");
        }
        if (!key.present() && ModelSettings.anyOf(name, settings)) {
            throw new IllegalArgumentException("[" + url + "] is missing, and so is a key: set it to the base URL of"
                    + " the model's service, like [http://localhost:8080/v1], or, for OpenAI's own, add ["
                    + ModelSettings.PREFIX + name + ".api_key] to the keystore of node [" + key.node() + "]");
        }
    }

    private RequestFormat format() {
        Map<String, Object> document = parameters(ModelSettings.DOCUMENT_PARAMETERS);
        Map<String, Object> query = parameters(ModelSettings.QUERY_PARAMETERS);
        return new RequestFormat(
                get(ModelSettings.SEND_DIMENSIONS), get(ModelSettings.ENCODING_FORMAT), document, query);
    }

    /** The parameters of both sides, overridden by those of one side. */
    private Map<String, Object> parameters(AffixSetting<Settings> ofSide) {
        Map<String, Object> all = new TreeMap<>();
        ExtraParameters.addTo(all, get(ModelSettings.PARAMETERS));
        ExtraParameters.addTo(all, get(ofSide));
        return Collections.unmodifiableMap(all);
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

    <T> T get(AffixSetting<T> affix) {
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
