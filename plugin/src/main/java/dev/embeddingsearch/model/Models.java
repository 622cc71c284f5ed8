/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.settings.SecureString;

/**
 * The models this node may call, with their keys.
 *
 * <p>Readers see one immutable state; settings and secrets replace it whole. A model whose settings do not fit together
 * is kept as its reason, which every use of it reports: a bad value must neither stop a node nor a cluster state.
 */
public final class Models {

    public static final String DEFAULT = "default";

    private record State(Settings settings, Map<String, ApiKey> keys, Map<String, Supplier<EmbeddingModel>> models) {}

    private final UrlAllowlist allowlist;
    private volatile State state;

    /** Reads settings and, while the keystore is open, secrets. */
    public Models(Settings nodeSettings) {
        this.allowlist = allowlist(nodeSettings);
        this.state = state(nodeSettings, keys(nodeSettings));
    }

    /**
     * All settings of this package, for the plugin to register.
     *
     * @param nodeSettings where the allow-list is read, so that a URL outside it is refused when it is set
     */
    public static List<Setting<?>> settings(Settings nodeSettings) {
        return ModelSettings.all(allowlist(nodeSettings));
    }

    /** The settings whose changes {@link #update} wants to hear of. */
    public static List<Setting<?>> dynamicSettings() {
        return List.copyOf(ModelSettings.dynamic());
    }

    /** Takes changed settings over; requests under way finish with the model they started with. */
    public synchronized void update(Settings clusterSettings) {
        state = state(clusterSettings, state.keys());
    }

    /** Takes the keys of a keystore just opened over, in place of all former ones. */
    public synchronized void reloadSecrets(Settings settings) {
        state = state(state.settings(), keys(settings));
    }

    /**
     * The model of this name.
     *
     * @throws IllegalArgumentException if there is none or its settings do not make one
     */
    public EmbeddingModel get(String name) {
        Map<String, Supplier<EmbeddingModel>> models = state.models();
        Supplier<EmbeddingModel> model = models.get(name);
        if (model == null) {
            throw new IllegalArgumentException("no model [" + name + "]: configured are " + models.keySet()
                    + "; add it with the settings [" + ModelSettings.PREFIX + name + ".id] and ["
                    + ModelSettings.PREFIX + name + ".url]");
        }
        return model.get();
    }

    /** The names of all models, in order. */
    public Set<String> names() {
        return state.models().keySet();
    }

    /** The key of a model, if it has one; local servers have none. */
    public Optional<ApiKey> apiKey(String name) {
        return Optional.ofNullable(state.keys().get(name));
    }

    public UrlAllowlist allowlist() {
        return allowlist;
    }

    @Override
    public String toString() {
        return "Models" + names();
    }

    private static UrlAllowlist allowlist(Settings settings) {
        return new UrlAllowlist(ModelSettings.URL_ALLOWLIST.get(settings));
    }

    private State state(Settings settings, Map<String, ApiKey> keys) {
        Settings own = settings.filter(key -> ModelSettings.dynamic().stream().anyMatch(s -> s.match(key)));
        Set<String> names = new TreeSet<>(keys.keySet());
        names.add(DEFAULT);
        ModelSettings.dynamic().forEach(setting -> names.addAll(setting.getNamespaces(own)));
        Map<String, Supplier<EmbeddingModel>> models = new TreeMap<>();
        names.forEach(name -> models.put(name, resolve(name, own)));
        return new State(own, keys, models);
    }

    private Supplier<EmbeddingModel> resolve(String name, Settings settings) {
        try {
            EmbeddingModel model = new ModelResolver(name, settings, allowlist).resolve();
            return () -> model;
        } catch (IllegalArgumentException e) {
            return () -> {
                throw new IllegalArgumentException("model [" + name + "] cannot be used: " + e.getMessage(), e);
            };
        }
    }

    private static Map<String, ApiKey> keys(Settings settings) {
        Map<String, ApiKey> keys = new HashMap<>();
        for (String name : ModelSettings.API_KEY.getNamespaces(settings)) {
            Setting<SecureString> setting = ModelSettings.API_KEY.getConcreteSettingForNamespace(name);
            try (SecureString chars = setting.get(settings)) {
                keys.put(name, ApiKey.of(setting.getKey(), chars));
            }
        }
        return Map.copyOf(keys);
    }
}
