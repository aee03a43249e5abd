import { RUNTIMES } from '../../support/unit';
import { testEditor } from './suite';

testEditor(RUNTIMES[0]);
