/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.settings.SecureString;
import org.opensearch.node.Node;

/**
 * The models this node may call, with their keys.
 *
 * <p>Readers see one immutable state; settings and secrets replace it whole. A model whose settings do not fit together
 * is kept as its reason, which every use of it reports: a bad value must neither stop a node nor a cluster state.
 */
public final class Models {

    public static final String DEFAULT = "default";

    /**
     * @param settings the models' own settings in force, and those that are archived
     */
    private record State(Settings settings, Map<String, ApiKey> keys, Map<String, Resolved> models) {}

    /** A model, or why there is none. */
    private record Resolved(Supplier<ModelIdentity> identity, Supplier<EmbeddingModel> model) {}

    private final UrlAllowlist allowlist;
    private final String nodeName;
    private volatile State state;

    /** Reads settings and, while the keystore is open, secrets. */
    public Models(Settings nodeSettings) {
        this.allowlist = new UrlAllowlist(ModelSettings.URL_ALLOWLIST.get(nodeSettings));
        this.nodeName = Node.NODE_NAME_SETTING.get(nodeSettings);
        this.state = state(inForce(nodeSettings), keys(nodeSettings));
    }

    /** All settings of this package, for the plugin to register. */
    public static List<Setting<?>> settings() {
        return ModelSettings.all();
    }

    /**
     * Checks the URLs in a node's own file, which who wrote it can mend at once.
     *
     * @throws IllegalArgumentException if the allow-list does not permit one
     */
    public void requireAllowedUrls() {
        ModelSettings.requireAllowedUrls(state.settings(), allowlist);
    }

    /** The settings whose changes {@link #update} wants to hear of. */
    public static List<Setting<?>> dynamicSettings() {
        return List.copyOf(ModelSettings.dynamic());
    }

    /** Takes changed settings over; requests under way finish with the model they started with. */
    public synchronized void update(Settings clusterSettings) {
        state = state(join(inForce(clusterSettings), archivedOnes(state.settings())), state.keys());
    }

    /** Takes note of what OpenSearch has archived, which no consumer of settings hears of. */
    public synchronized void archived(Settings clusterSettings) {
        Settings archived = archivedOnes(clusterSettings);
        if (!archived.equals(archivedOnes(state.settings()))) {
            state = state(join(inForce(state.settings()), archived), state.keys());
        }
    }

    private static Settings join(Settings one, Settings other) {
        return Settings.builder().put(one).put(other).build();
    }

    /** Takes the keys of a keystore just opened over, in place of all former ones. */
    public synchronized void reloadSecrets(Settings settings) {
        state = state(state.settings(), keys(settings));
    }

    /**
     * The model of this name, which this node may call.
     *
     * @throws IllegalArgumentException if there is none, its settings do not make one, or its address is not permitted
     */
    public EmbeddingModel get(String name) {
        return resolved(name).model().get();
    }

    /**
     * Which vectors the model of this name makes, whether this node may call it or not.
     *
     * @throws IllegalArgumentException if there is none, or its settings do not say
     */
    public ModelIdentity identity(String name) {
        return resolved(name).identity().get();
    }

    private Resolved resolved(String name) {
        Map<String, Resolved> models = state.models();
        Resolved model = models.get(name);
        if (model == null) {
            throw new IllegalArgumentException("no model [" + name + "]: configured are " + models.keySet()
                    + "; add it with the settings [" + ModelSettings.PREFIX + name + ".id] and ["
                    + ModelSettings.PREFIX + name + ".url]");
        }
        return model;
    }

    /** The names of all models, in order. */
    public Set<String> names() {
        return state.models().keySet();
    }

    /** The key of a model, if it has one; local servers have none. */
    public Optional<ApiKey> apiKey(String name) {
        return Optional.ofNullable(state.keys().get(name));
    }

    /** The name of this node, on whose keystore and allow-list all of this depends. */
    public String nodeName() {
        return nodeName;
    }

    public UrlAllowlist allowlist() {
        return allowlist;
    }

    @Override
    public String toString() {
        return "Models" + names();
    }

    /** The models' own settings in force among these, without secrets. */
    private static Settings inForce(Settings settings) {
        return only(settings, key -> ModelSettings.dynamic().stream().anyMatch(setting -> setting.match(key)));
    }

    /** All archived settings of models, those of another version of this plugin too. */
    private static Settings archivedOnes(Settings settings) {
        String prefix = ModelResolver.ARCHIVED + ModelSettings.PREFIX;
        return only(settings, key -> key.startsWith(prefix) && key.indexOf('.', prefix.length()) > 0);
    }

    private static Settings only(Settings settings, Predicate<String> wanted) {
        Settings.Builder builder = Settings.builder();
        settings.keySet().stream().filter(wanted).forEach(key -> builder.copy(key, settings));
        return builder.build();
    }

    private State state(Settings settings, Map<String, ApiKey> keys) {
        Set<String> names = new TreeSet<>(keys.keySet());
        names.add(DEFAULT);
        settings.keySet().forEach(key -> names.add(name(key)));
        Map<String, Resolved> models = new TreeMap<>();
        for (String name : names) {
            ModelResolver.KeyState key = new ModelResolver.KeyState(keys.containsKey(name), nodeName);
            ModelResolver resolver = new ModelResolver(name, settings, allowlist, key);
            models.put(name, new Resolved(orReason(name, resolver::identity), orReason(name, resolver::resolve)));
        }
        return new State(settings, keys, models);
    }

    private static String name(String key) {
        int start = key.indexOf(ModelSettings.PREFIX) + ModelSettings.PREFIX.length();
        return key.substring(start, key.indexOf('.', start));
    }

    private static <T> Supplier<T> orReason(String name, Supplier<T> resolver) {
        try {
            T resolved = resolver.get();
            return () -> resolved;
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
