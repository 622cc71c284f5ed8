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
 * <p>Readers see one immutable state, which a change of settings or secrets replaces. If the settings of a model contradict
 * each other, the reason is kept and reported by every use of the model, since an invalid value must neither stop a node nor
 * block a cluster state.
 */
public final class Models {

    public static final String DEFAULT = "default";

    /**
     * @param settings the settings of models, including archived ones
     */
    private record State(Settings settings, Map<String, ApiKey> keys, Map<String, Resolved> models) {}

    /** A model, or the reason why it is invalid. */
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
     * Checks the URLs in the node's configuration file.
     *
     * @throws IllegalArgumentException if the allow-list does not permit one
     */
    public void requireAllowedUrls() {
        ModelSettings.requireAllowedUrls(state.settings(), allowlist);
    }

    /** The settings whose changes are to be passed to {@link #update}. */
    public static List<Setting<?>> dynamicSettings() {
        return List.copyOf(ModelSettings.dynamic());
    }

    /** Applies changed settings; requests in flight finish with the model they started with. */
    public synchronized void update(Settings clusterSettings) {
        state = state(join(inForce(clusterSettings), archivedOnes(state.settings())), state.keys());
    }

    /** Applies archived settings, of which OpenSearch notifies no consumer of settings. */
    public synchronized void archived(Settings clusterSettings) {
        Settings archived = archivedOnes(clusterSettings);
        if (!archived.equals(archivedOnes(state.settings()))) {
            state = state(join(inForce(state.settings()), archived), state.keys());
        }
    }

    private static Settings join(Settings one, Settings other) {
        return Settings.builder().put(one).put(other).build();
    }

    /** Replaces all keys by those of a keystore that has just been opened. */
    public synchronized void reloadSecrets(Settings settings) {
        state = state(state.settings(), keys(settings));
    }

    /**
     * The model of this name, which this node may call.
     *
     * @throws IllegalArgumentException if there is none, its settings are invalid, or its address is not permitted
     */
    public EmbeddingModel get(String name) {
        return resolved(name).model().get();
    }

    /**
     * The identity of the model of this name, whether this node may call it or not.
     *
     * @throws IllegalArgumentException if there is none, or its settings lack an id
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

    /** The name of this node, for messages: keys and allow-lists differ between nodes. */
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

    /** The settings of models among these, without secrets and archived ones. */
    private static Settings inForce(Settings settings) {
        return only(settings, key -> ModelSettings.dynamic().stream().anyMatch(setting -> setting.match(key)));
    }

    /** All archived settings of models, including those of other versions of this plugin. */
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
