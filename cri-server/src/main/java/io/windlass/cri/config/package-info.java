/** The configuration: TOML files read into typed records, every key known, every error with its file and line. */
@NullMarked
package io.windlass.cri.config;

import org.jspecify.annotations.NullMarked;
