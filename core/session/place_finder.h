// What lies where in a source: addresses from expressions, and names for addresses.
#pragma once

#include "core/os/pe_image.h"
#include "core/session/sources.h"

#include <chrono>

namespace ipclens {

// Thread-safe. Lists of modules are remembered for five seconds, since making one takes long.
class PlaceFinder {
public:
    explicit PlaceFinder(System &system) : m_system(system) {}

    Result<EvaluatedAddress> evaluate(const OpenSourceState &source, const std::string &text, Address here,
                                      std::stop_token stop);
    Result<AddressPlaces> locate(const OpenSourceState &source, const std::vector<Address> &addresses,
                                 std::stop_token stop);
    void forget(SourceId source);

private:
    // Never changed, only replaced.
    struct Modules {
        std::chrono::steady_clock::time_point time;
        std::vector<Module> modules; // ascending, by addresses of the process
        std::vector<SharedSection> shared;
    };
    class Resolver;

    Result<std::shared_ptr<const Modules>> modulesOf(const OpenSourceState &source, std::stop_token stop);
    Result<std::shared_ptr<const Modules>> listModules(const OpenSourceState &source, std::stop_token stop);

    System &m_system;
    std::mutex m_mutex; // guards what follows
    std::unordered_map<SourceId, std::shared_ptr<const Modules>> m_modules;
};

} // namespace ipclens
