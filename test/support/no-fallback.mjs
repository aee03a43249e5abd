// Preloaded (node --import): the optional packages that bring an ffmpeg are not installed.
import { register } from 'node:module';

register(
  'data:text/javascript,' +
    encodeURIComponent(`
      export async function resolve(specifier, context, next) {
        if (/^@ff(mpeg|probe)-installer/.test(specifier)) throw new Error(specifier + ' is not installed');
        return next(specifier, context);
      }`),
);
