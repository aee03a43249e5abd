import type { V2xError } from '../errors';
import type { FlowNode } from './flow-node';

/** The status of a node that uses network interfaces: red while one of them does not work, else what the node shows. */
export class InterfaceStatus {
  private impaired = false;

  /**
   * @param draw shows what the node is doing
   * @param recovered says in the node's words that an interface works again
   */
  constructor(
    private readonly node: Pick<FlowNode, 'info' | 'report'>,
    private readonly draw: () => void,
    private readonly recovered: (name: string) => string,
  ) {}

  show(): void {
    if (!this.impaired) this.draw();
  }

  readonly onFault = (error: V2xError): void => {
    this.impaired = true;
    this.node.report(error);
  };

  /** @param all whether every interface works now */
  readonly onRecovery = (name: string, all: boolean): void => {
    this.impaired = !all;
    this.node.info(this.recovered(name));
    this.show();
  };
}
