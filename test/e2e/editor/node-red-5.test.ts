import { RUNTIMES } from '../../support/unit/unit';
import { testEditor } from './suite';

testEditor(RUNTIMES[1]);
